// The calendar's grid, for screens wide enough to drag on; narrower ones keep the list.
//
// Its times are the practice's, whatever the reader's: the server sends and takes a wall's time
// without an offset, and the grid's own clock runs at the practice's offset.

import { bring } from "./styles.js";

const WIDE = matchMedia("(min-width: 821px)");
let library = null;

function load(address) {
  library ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = done;
    script.onerror = fail;
    document.head.append(script);
  });
  return library;
}

export default async function calendar(element) {
  const asked = JSON.parse(element.dataset.grid);
  const here = element.querySelector("[data-grid-here]");
  const note = element.querySelector("[data-zone-note]");
  if (note && Intl.DateTimeFormat().resolvedOptions().timeZone !== asked.zone) note.hidden = false;

  let grid = null;
  const listening = new AbortController();
  const { signal } = listening;

  async function show() {
    if (!element.isConnected) return;
    const wide = Boolean(here) && WIDE.matches;
    if (wide && !grid) {
      await Promise.all([load(element.dataset.script), bring(element.dataset.styles)]);
      here.hidden = false;
      grid = draw(element, here, asked);
    }
    if (here) here.hidden = !wide;
    element.classList.toggle("with-grid", wide);
  }

  function refresh() {
    if (!element.isConnected) {
      listening.abort();
      return;
    }
    if (grid && WIDE.matches) grid.refetchEvents();
    else {
      window.htmx.ajax("GET", location.href, {
        target: "#agenda", select: "#agenda", swap: "outerHTML", source: element, headers: { "X-Background": "1" },
      });
    }
  }

  WIDE.addEventListener("change", show, { signal });
  document.body.addEventListener("live", refresh, { signal });
  document.body.addEventListener("visits", refresh, { signal });
  element.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-strip]")) element.querySelector("#strip").replaceChildren();
  });
  element.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-strip-form]");
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    post(element, form.getAttribute("action"), {}).then(refresh);
  }, true);
  await show();
}

// The library says "table" of what has no cells to read; links in columns are what it is.
function plainly(here) {
  here.querySelector(".ec-main")?.setAttribute("tabindex", "0"); // it scrolls: keys must reach it
  for (const part of here.querySelectorAll(
    "[role=table], [role=rowgroup], [role=row], [role=cell], [role=columnheader], [role=article], aside",
  )) {
    part.setAttribute("role", "none");
    part.removeAttribute("aria-colindex");
  }
}

function draw(element, here, asked) {
  const write = asked.may;
  here.setAttribute("role", "group");
  here.setAttribute("aria-label", document.querySelector("h1")?.textContent ?? "");
  return window.EventCalendar.create(here, {
    view: asked.view,
    date: asked.date,
    firstDay: asked.firstDay,
    resources: asked.columns,
    timeZone: asked.offset,
    locale: document.documentElement.lang,
    headerToolbar: { start: "", center: "", end: "" },
    allDaySlot: false,
    nowIndicator: true,
    slotDuration: "00:15:00",
    slotLabelInterval: "01:00:00",
    scrollTime: asked.scroll,
    snapDuration: "00:05:00",
    slotMinTime: "08:00:00",
    slotMaxTime: "18:00:00",
    slotHeight: 24,
    flexibleSlotTimeLimits: true,
    slotEventOverlap: false,
    height: "100%",
    dayHeaderFormat: { weekday: "short", day: "numeric" },
    eventTimeFormat: { hour: "numeric", minute: "2-digit" },
    slotLabelFormat: { hour: "numeric", minute: "2-digit" },
    editable: write,
    longPressDelay: 400,
    eventSources: [{ events: () => ask(element, asked) }],
    eventAllUpdated: () => plainly(here),
    viewDidMount: () => plainly(here),
    eventContent: (info) => content(element, info),
    dateClick: write ? (info) => book(element, asked, info) : undefined,
    eventDrop: (info) => moved(element, asked, info),
    eventResize: (info) => lengthened(element, info),
  });
}

async function ask(element, asked) {
  const answer = await fetch(
    `${element.dataset.events}?${asked.query}&start=${asked.first}&end=${asked.last}`,
    { headers: { "X-Background": "1" } },
  );
  if (!answer.ok) throw new Error(`events: ${answer.status}`);
  return answer.json();
}

function icon(element, name, label, tone) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("class", `icon tone-${tone}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  const use = document.createElementNS(ns, "use");
  use.setAttribute("href", `${element.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

function content(element, info) {
  const facts = info.event.extendedProps;
  if (!facts.href) return undefined;
  const link = document.createElement("a");
  link.className = "visit-link";
  link.href = facts.href;
  link.draggable = false;
  link.dataset.drawer = "";
  link.setAttribute("hx-boost", "false");
  const top = document.createElement("span");
  top.className = "visit-top";
  const time = document.createElement("span");
  time.className = "visit-time";
  time.textContent = info.timeText.split(/\s[-–]\s/)[0].replace(/\s?[AP]M/i, "");
  top.append(time);
  if (facts.messagesIcon) top.append(icon(element, facts.messagesIcon, facts.messages, facts.messagesTone));
  const name = document.createElement("span");
  name.className = "visit-name";
  if (facts.answerIcon) name.append(icon(element, facts.answerIcon, facts.answer, "answer"), " ");
  name.append(info.event.title);
  const second = document.createElement("span");
  second.className = "visit-second";
  second.textContent = facts.second;
  link.append(name, top, second);
  link.title = [info.event.title, facts.who, facts.answer, facts.messages].filter(Boolean).join("\n");
  return { domNodes: [link] };
}

// A wall's time so much later: reckoned without a zone, so that no reader's clock change bends it.
function later(start, delta) {
  const moved = new Date(`${start}Z`);
  moved.setUTCDate(moved.getUTCDate() + (delta.days ?? 0));
  return new Date(moved.getTime() + (delta.seconds ?? 0) * 1000).toISOString().slice(0, 16);
}

function book(element, asked, info) {
  const given = new URLSearchParams({ start: info.dateStr.slice(0, 16) });
  if (info.resource && info.resource.id !== "none") given.set(asked.by, info.resource.id);
  const link = document.createElement("a");
  link.href = `${element.dataset.book}?${given}`;
  link.dataset.drawer = "";
  link.hidden = true;
  element.append(link);
  link.click();
  link.remove();
}

function moved(element, asked, info) {
  const given = {};
  if (info.delta.days || info.delta.seconds) {
    given.start = later(info.event.extendedProps.start, info.delta);
  }
  if (info.newResource) given[asked.by] = info.newResource.id;
  save(element, info, given);
}

function lengthened(element, info) {
  const more = (info.endDelta.days ?? 0) * 1440 + (info.endDelta.seconds ?? 0) / 60;
  save(element, info, { minutes: info.event.extendedProps.minutes + more });
}

async function save(element, info, given) {
  const put = info.event.extendedProps.put;
  if (await post(element, put, given)) document.body.dispatchEvent(new Event("visits"));
  else info.revert();
}

async function post(element, address, given) {
  let answer = null;
  try {
    answer = await fetch(address, {
      method: "POST",
      body: new URLSearchParams(given),
      headers: {
        "X-CSRFToken": element.querySelector("[name=csrfmiddlewaretoken]").value,
        "HX-Request": "true",
        "HX-Target": "strip",
      },
    });
  } catch {
    say(element, element.dataset.wordAgo);
    return false;
  }
  const words = await answer.text();
  if (answer.ok) {
    window.htmx.swap(element.querySelector("#strip"), words, { swapStyle: "innerHTML" });
    return true;
  }
  const plain = answer.headers.get("Content-Type")?.startsWith("text/plain");
  say(element, plain ? words : element.dataset.wordAgo);
  return false;
}

function say(element, sentence) {
  const said = document.createElement("div");
  said.className = "said said-ill";
  said.dataset.behaviour = "toast";
  said.dataset.seconds = "8";
  said.append(icon(element, "alert-circle", "", "said"), document.createElement("span"));
  said.lastElementChild.textContent = sentence;
  const place = document.getElementById("toasts");
  place.append(said);
  window.htmx.process(said);
  setTimeout(() => said.remove(), 8000);
}
