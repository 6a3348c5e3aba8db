// Links with data-drawer open beside the page; Esc closes, and the focus goes back to the link.

let opener = null;

async function open(drawer, link) {
  opener = link;
  drawer.setAttribute("aria-busy", "true");
  drawer.classList.add("open");
  await window.htmx.ajax("GET", link.href, { target: drawer, swap: "innerHTML" });
  drawer.removeAttribute("aria-busy");
  drawer.setAttribute("tabindex", "-1");
  drawer.focus();
}

function close(drawer) {
  if (!drawer.classList.contains("open")) return;
  drawer.classList.remove("open");
  drawer.replaceChildren();
  opener?.focus();
}

export default function drawer(element) {
  if (window.drawerListens) window.drawerListens.abort();
  const listening = new AbortController();
  window.drawerListens = listening;
  const { signal } = listening;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-drawer]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      open(element, link);
    } else if (event.target.closest("[data-close-drawer]")) {
      close(element);
    }
  }, { signal });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(element);
  }, { signal });
}
