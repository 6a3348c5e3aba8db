// The finder: a dialog that shows /find as one types. Arrows choose, Enter goes, Esc closes.

let asked = 0;

async function ask(dialog, words) {
  const mine = ++asked;
  const answer = await fetch(`${document.body.dataset.find}?q=${encodeURIComponent(words)}`, {
    headers: { "HX-Request": "true", "HX-Target": "finder-found" },
  });
  if (mine !== asked || !answer.ok) return;
  dialog.querySelector("#finder-found").innerHTML = await answer.text();
  choose(dialog, 0);
}

function choose(dialog, index) {
  const found = [...dialog.querySelectorAll("#finder-found a")];
  found.forEach((link, place) => link.toggleAttribute("data-chosen", place === index));
  found[index]?.scrollIntoView({ block: "nearest" });
}

function press(event, dialog) {
  const found = [...dialog.querySelectorAll("#finder-found a")];
  const at = found.findIndex((link) => link.hasAttribute("data-chosen"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    choose(dialog, (at + step + found.length) % Math.max(found.length, 1));
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (found[at]) location.href = found[at].href;
  }
}

export async function openFinder() {
  const dialog = document.getElementById("finder");
  if (!dialog || dialog.open) return;
  if (!dialog.firstElementChild) {
    const answer = await fetch(document.body.dataset.find, {
      headers: { "HX-Request": "true", "HX-Target": "finder" },
    });
    dialog.innerHTML = await answer.text();
    const input = dialog.querySelector("input");
    input.addEventListener("input", () => ask(dialog, input.value));
    dialog.addEventListener("keydown", (event) => press(event, dialog));
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }
  dialog.showModal();
  dialog.querySelector("input").select();
}

export default openFinder;
