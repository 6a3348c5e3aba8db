// A form of filters asks by itself as one types or chooses, and swaps only the list beside it.
//
// The first key asks at once; keys that come while an answer is awaited ask together, after it. So
// nobody waits for a clock, and a slow server is asked no more often than it answers.

export default function filter(form) {
  let asking = false;
  let again = false;

  const ask = async () => {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      do {
        again = false;
        await once(form);
      } while (again && form.isConnected);
    } finally {
      asking = false;
    }
  };
  form.addEventListener("input", ask);
}

async function once(form) {
  const words = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...words]) if (!value) words.delete(name);
  const url = `${form.getAttribute("action") || location.pathname}?${words}`;
  const list = document.getElementById(form.dataset.list);
  await window.htmx.ajax("GET", url, {
    target: list, select: `#${list.id}`, swap: "outerHTML", source: form,
  });
  history.replaceState(history.state, "", url);
}
