// Tells the page that something of the practice changed: the event `live` on the body, which the
// parts that show it wait for. Where the stream is cut, a line says so, and parts ask by themselves.

export default function live(body) {
  const word = document.getElementById("live-word");
  const source = new EventSource(body.dataset.live);
  source.addEventListener("changed", () => body.dispatchEvent(new Event("live")));
  source.addEventListener("open", () => { if (word) word.hidden = true; });
  source.addEventListener("error", () => {
    const shown = document.getElementById("live-word");
    if (shown && source.readyState !== EventSource.OPEN) shown.hidden = false;
  });
  addEventListener("pagehide", () => source.close());
  // What a page asks by itself is no activity of the reader's: the session may end meanwhile.
  body.addEventListener("htmx:configRequest", (event) => {
    const by = event.detail.triggeringEvent;
    if (!by || by.type === "live") event.detail.headers["X-Background"] = "1";
  });
}
