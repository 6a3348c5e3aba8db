// Style sheets that only some pages need: brought once, also where a page came by a swap.

export function bring(addresses) {
  const coming = addresses.split(/\s+/).filter(Boolean).map((href) => {
    const there = [...document.head.querySelectorAll("link[rel=stylesheet]")];
    if (there.some((link) => link.getAttribute("href") === href)) return Promise.resolve();
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    return new Promise((done) => {
      link.onload = link.onerror = done;
      document.head.append(link);
    });
  });
  return Promise.all(coming);
}

export default function styles(element) {
  bring(element.dataset.styles);
}
