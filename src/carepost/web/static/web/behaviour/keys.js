// The keyboard: / and Ctrl K find, ? lists the keys, j k walk a list, g and a letter go somewhere.

import { openFinder } from "./finder.js";

let going = 0;

const typing = (target) => target.closest("input, select, textarea, [contenteditable], dialog[open]");

function walk(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  (next.matches("a, button") ? next : next.querySelector("a, button"))?.focus();
}

function press(event) {
  if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    event.preventDefault();
    openFinder();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (Date.now() - going < 1500) {
    going = 0;
    const place = document.querySelector(`#keys [data-key="${CSS.escape(event.key)}"]`);
    if (place) {
      event.preventDefault();
      place.click();
      return;
    }
  }
  const acts = {
    "/": openFinder,
    "?": () => document.getElementById("keys").showModal(),
    j: () => walk(1),
    k: () => walk(-1),
    g: () => { going = Date.now(); },
  };
  if (acts[event.key]) {
    event.preventDefault();
    acts[event.key]();
  }
}

export default function keys() {
  document.addEventListener("keydown", press);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-finder]")) {
      event.preventDefault();
      event.stopPropagation();
      openFinder();
    }
  }, true);
}
