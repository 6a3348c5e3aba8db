// Counts down until somebody is told; the server is asked again meanwhile, and its word counts.

export default function strip(element) {
  const shown = element.querySelector("[data-seconds].countdown");
  if (!shown) return;
  const end = Date.now() + Number(shown.dataset.seconds) * 1000;
  const clock = setInterval(() => {
    if (!shown.isConnected) {
      clearInterval(clock);
      return;
    }
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    shown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  }, 250);
}
