// Before the first paint: dark or light, as this reader's device has it, or as they chose here.
const dark = matchMedia("(prefers-color-scheme: dark)");
const show = () => {
  const theme = localStorage.getItem("theme") || (dark.matches ? "dark" : "light");
  document.documentElement.dataset.bsTheme = theme;
};
show();
dark.addEventListener("change", show);
document.documentElement.classList.add("with-script");
