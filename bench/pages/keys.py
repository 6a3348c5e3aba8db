"""From a key to the painted result, in lists and in the finder, told by the browser's own clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

LETTERS = "annolesiramonbert"
_WATCH = """(results) => {
  window.painted = new Promise((resolve) => {
    document.addEventListener("keydown", (key) => {
      const begun = key.timeStamp;
      const look = new MutationObserver((changes) => {
        const within = (node) => node.nodeType === 1
          ? node.matches(results) || node.closest(results)
          : node.parentElement && node.parentElement.closest(results);
        if (!changes.some((c) => within(c.target) || [...c.addedNodes].some(within))) return;
        look.disconnect();
        // After the next frame is drawn.
        requestAnimationFrame(() => {
          const drawn = new MessageChannel();
          drawn.port1.onmessage = () => resolve(performance.now() - begun);
          drawn.port2.postMessage(0);
        });
      });
      look.observe(document.body, { childList: true, subtree: true });
    }, { once: true, capture: true });
  });
}"""


def of_list(page: Page, address: str) -> list[float]:
    """Milliseconds for each letter typed into the search of a list; empty where it has none."""
    page.goto(address, wait_until="load")
    page.wait_for_timeout(500)
    form = page.locator("form[data-list]")
    if not form.count() or not form.locator("input[type=search]").count():
        return []
    form.locator("input[type=search]").focus()
    return _typed(page, f"#{form.get_attribute('data-list')}")


def of_finder(page: Page, address: str) -> list[float]:
    """The same in the finder."""
    page.goto(address, wait_until="load")
    page.wait_for_timeout(500)
    page.keyboard.press("/")
    page.locator("#finder-words").wait_for()
    return _typed(page, "#finder-found")


def _typed(page: Page, results: str) -> list[float]:
    taken = []
    for n, letter in enumerate(LETTERS):
        page.evaluate(_WATCH, results)
        page.keyboard.press("Backspace" if n % 4 == 3 else letter)
        taken.append(float(page.evaluate("window.painted")))
        page.wait_for_timeout(250)  # a person's pace
    return taken[1:]  # the first fills caches
