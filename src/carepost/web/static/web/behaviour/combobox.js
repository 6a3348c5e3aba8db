// Finding somebody as one types (ARIA combobox): arrows choose, Enter takes, Esc closes the list.

const WAIT = 90; // ms after the last key

export default function combobox(element) {
  const input = element.querySelector("input[name=who]");
  const chosen = element.querySelector("input[name=client]");
  if (!input || !chosen) return;
  // Enter would press it, hidden as it is: it is the form's first.
  element.querySelector("button[name=find]")?.remove();
  const list = document.createElement("ul");
  list.className = "combobox-list";
  list.id = "who-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.querySelector(`label[for="${input.id}"]`)?.textContent ?? "");
  list.hidden = true;
  input.after(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false",
  })) input.setAttribute(name, value);

  let waiting = 0;
  let asked = 0;
  const options = () => [...list.querySelectorAll("[role=option]")];
  const at = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

  function open(yes) {
    list.hidden = !yes;
    input.setAttribute("aria-expanded", String(yes));
    if (!yes) input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    options().forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
    const option = options()[index];
    if (!option) return;
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function take(option) {
    chosen.value = option.dataset.id;
    input.value = option.dataset.name;
    open(false);
    element.classList.add("taken");
  }

  async function ask() {
    const mine = ++asked;
    const words = input.value.trim();
    if (words.length < 2) return open(false);
    const answer = await fetch(`${element.dataset.people}?q=${encodeURIComponent(words)}`, {
      headers: { "HX-Request": "true" },
    });
    if (mine !== asked || !answer.ok) return undefined;
    list.innerHTML = await answer.text();
    open(true);
    if (options().length) mark(0);
    return undefined;
  }

  input.addEventListener("input", () => {
    chosen.value = "";
    element.classList.remove("taken");
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const all = options().length;
      if (all) mark((at() + (event.key === "ArrowDown" ? 1 : -1) + all) % all);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (options()[at()]) take(options()[at()]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      open(false);
    }
  });
  input.addEventListener("blur", () => setTimeout(() => open(false), 150));
  list.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault();
    take(option);
  });
  if (!input.value && !element.closest(".drawer")?.querySelector("[autofocus]")) input.focus();
}
