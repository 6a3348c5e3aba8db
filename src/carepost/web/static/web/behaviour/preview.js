// Shows what is being written as it will be read: asks the server, a moment after the last key.

export default function preview(form) {
  const shown = document.getElementById("preview");
  let waiting = 0;
  let asked = 0;
  const ask = async () => {
    const mine = ++asked;
    const answer = await fetch(form.dataset.preview, {
      method: "POST",
      body: new FormData(form),
      headers: { "HX-Request": "true", "HX-Target": "preview" },
    });
    if (mine === asked && answer.ok) shown.innerHTML = await answer.text();
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  });
  form.addEventListener("click", (event) => {
    const field = event.target.closest("[data-merge-field]");
    if (field) insert(form, field.dataset.mergeField);
  });
  shown.addEventListener("click", (event) => {
    if (event.target.closest("[data-replace-odd]")) replaceOdd(form, shown);
  });
  ask();
}

function insert(form, name) {
  const box = form.elements.body;
  box.setRangeText(`{{ ${name} }}`, box.selectionStart, box.selectionEnd, "end");
  box.focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function replaceOdd(form, shown) {
  const box = form.elements.body;
  for (const mark of shown.querySelectorAll(".odd")) {
    const plain = mark.dataset.plain;
    if (plain !== undefined) box.value = box.value.replaceAll(mark.textContent, plain);
  }
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
