// The minutes that stay empty are the type's: shown in the empty field.

export default function lengths(element) {
  const known = Object.fromEntries(
    element.dataset.lengths.trim().split(/\s+/).filter(Boolean).map((pair) => pair.split("=")),
  );
  const type = element.querySelector("[name=type]");
  const minutes = element.querySelector("[name=minutes]");
  if (!type || !minutes) return;
  const show = () => { minutes.placeholder = known[type.value] ?? ""; };
  type.addEventListener("change", show);
  show();
}
