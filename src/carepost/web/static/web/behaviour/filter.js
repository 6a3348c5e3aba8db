// A form of filters asks by itself as one types or chooses, and swaps only the list beside it.

export default function filter(form) {
  let waiting = 0;
  
  const ask = async () => {
    const words = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...words]) if (!value) words.delete(name);
    const url = `${form.getAttribute("action") || location.pathname}?${words}`;
    const list = document.getElementById(form.dataset.list);
    await window.htmx.ajax("GET", url, {
      target: list, select: `#${list.id}`, swap: "outerHTML", source: form,
    });
    history.replaceState(history.state, "", url);
  };
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, event.target.matches("select, [type=date], [type=checkbox]") ? 0 : 90);
  });
}
