// Keys of one page: an element with data-press="key" is pressed by that key.

// On the window, after the keys that every page has: what those took is not ours. And once, for
// all pages that come by a swap: a key that follows another at once finds the new page's element.
window.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, select, textarea, [contenteditable], dialog[open], .drawer")) return;
  const pressed = document.querySelector(`[data-press="${CSS.escape(event.key)}"]`);
  if (!pressed) return;
  event.preventDefault();
  pressed.click();
});

export default function presses() {
  // That the page asked for it was all that was needed.
}
