// Starts what the page asks for: each element with data-behaviour="name …" gets behaviour/name.js,
// whose default export is called with the element, once. Again after each swap of htmx.
//
// scripts/front makes one file of this, of what it imports, and of htmx: vendor/pages.js.

import calendar from "./behaviour/calendar.js";
import chosen from "./behaviour/chosen.js";
import combobox from "./behaviour/combobox.js";
import drawer from "./behaviour/drawer.js";
import drop from "./behaviour/drop.js";
import filter from "./behaviour/filter.js";
import finder from "./behaviour/finder.js";
import idle from "./behaviour/idle.js";
import keys from "./behaviour/keys.js";
import lengths from "./behaviour/lengths.js";
import live from "./behaviour/live.js";
import look from "./behaviour/look.js";
import passkey from "./behaviour/passkey.js";
import presses from "./behaviour/presses.js";
import preview from "./behaviour/preview.js";
import print from "./behaviour/print.js";
import strip from "./behaviour/strip.js";
import styles from "./behaviour/styles.js";
import toast from "./behaviour/toast.js";

const behaviours = {
  calendar, chosen, combobox, drawer, drop, filter, finder, idle, keys, lengths, live, look,
  passkey, presses, preview, print, strip, styles, toast,
};
const started = new WeakMap();

function start(element) {
  for (const name of element.dataset.behaviour.split(/\s+/).filter(Boolean)) {
    const names = started.get(element) ?? new Set();
    if (names.has(name)) continue;
    started.set(element, names.add(name));
    try {
      behaviours[name](element);
    } catch (error) {
      reportError(error); // the others start all the same
    }
  }
}

function startWithin(root) {
  if (root.matches?.("[data-behaviour]")) start(root);
  root.querySelectorAll?.("[data-behaviour]").forEach(start);
}

startWithin(document.documentElement);
document.addEventListener("htmx:load", (event) => startWithin(event.detail.elt));
// A page that changed under the reader begins at its heading, as a page that was loaded does.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt !== document.body && event.detail.target !== document.body) return;
  document.getElementById("main")?.focus({ preventScroll: true });
});
