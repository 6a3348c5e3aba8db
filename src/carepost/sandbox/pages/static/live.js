// Keeps the page current: every two seconds it asks for the page again and swaps the parts
// marked data-live that differ. Without JavaScript a meta refresh does the same, less gently.
import { localize } from "./clock.js";

const lost = document.querySelector(".lost");

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { cache: "no-cache" });
    if (!answer.ok && answer.status !== 404) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    localize(fresh);
    swap(fresh);
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
}

function swap(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (next && next.innerHTML !== part.innerHTML) replace(part, next);
  }
}

function replace(part, next) {
  // Whoever has tabbed to a link in the part stays on it.
  const held = part.contains(document.activeElement) && document.activeElement.getAttribute("href");
  part.replaceChildren(...document.importNode(next, true).childNodes);
  if (held) part.querySelector(`[href="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

setInterval(look, 2000);
document.addEventListener("visibilitychange", look);
