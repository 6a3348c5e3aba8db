// Light, dark, or as the device has it: kept in this browser.

export default function look(element) {
  const mark = () => {
    const chosen = localStorage.getItem("theme") ?? "";
    for (const button of element.querySelectorAll("[data-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.theme === chosen));
    }
  };
  element.addEventListener("click", (event) => {
    const theme = event.target.closest("[data-theme]")?.dataset.theme;
    if (theme === undefined) return;
    if (theme) localStorage.setItem("theme", theme);
    else localStorage.removeItem("theme");
    const device = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    document.documentElement.dataset.bsTheme = theme || device;
    mark();
  });
  mark();
}
