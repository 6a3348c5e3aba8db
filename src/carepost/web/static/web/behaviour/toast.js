// A sentence goes after its time; not while the pointer or the focus is on it.

export default function toast(element) {
  let left = Number(element.dataset.seconds);
  const clock = setInterval(() => {
    if (!element.isConnected) clearInterval(clock);
    if (element.matches(":hover, :focus-within")) return;
    left -= 1;
    if (left > 0) return;
    clearInterval(clock);
    element.remove();
  }, 1000);
}
