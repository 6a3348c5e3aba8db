// On a phone in the hand: Enter sends, Shift and Enter begin a new line, the field grows.
const field = document.querySelector(".typing textarea");

function grow() {
  field.rows = Math.min(6, Math.max(1, field.value.split("\n").length, Math.ceil(field.value.length / 34)));
}

if (field) {
  field.addEventListener("input", grow);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    field.form.requestSubmit();
  });
  grow();
}
