// Starts what the page asks for: each element with data-behaviour="name …" gets behaviour/name.js,
// whose default export is called with the element, once. Again after each swap of htmx.

const version = new URL(import.meta.url).search;
const started = new WeakMap();

async function start(element) {
  for (const name of element.dataset.behaviour.split(/\s+/).filter(Boolean)) {
    const names = started.get(element) ?? new Set();
    if (names.has(name)) continue;
    started.set(element, names.add(name));
    const { default: behave } = await import(`./behaviour/${name}.js${version}`);
    behave(element);
  }
}

export function startWithin(root) {
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
