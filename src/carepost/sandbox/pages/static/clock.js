// Says each time by the clock of whoever looks, and names its zone. The pages come in UTC and say so.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

function dayOf(at) {
  return at.toDateString() === new Date().toDateString() ? "Today" : day.format(at);
}

function words(at, form) {
  if (form === "day") return dayOf(at);
  const on = dayOf(at);
  return form === "short" && on === "Today" ? clock.format(at) : `${on}, ${clock.format(at)}`;
}

export function localize(root) {
  for (const time of root.querySelectorAll("time[data-form]")) {
    const at = new Date(time.dateTime);
    time.textContent = words(at, time.dataset.form);
    time.title = whole.format(at);
  }
  for (const name of root.querySelectorAll("[data-zone]")) name.textContent = zone.replaceAll("_", " ");
  // Days begin at other moments here than in UTC: only the first text of each day names it.
  for (const screen of root.querySelectorAll(".screen")) {
    let before = "";
    for (const line of screen.querySelectorAll(".day:has(time)")) {
      line.hidden = line.textContent === before;
      before = line.textContent;
    }
  }
}

localize(document);
