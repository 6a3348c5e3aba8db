// What was typed into a page's forms, kept in this window until it is sent.

const BEGINNING = "draft ";
const NEVER = "[type=password], [type=hidden], [type=file], [type=search], [name=code], [data-no-draft]";

let who = "";

const key = () => BEGINNING + location.pathname;

/** Note what is typed into the page's forms that change something. */
export function keepDrafts(body) {
  body.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!who || !form || form.method !== "post" || event.target.matches(NEVER)) return;
    const kept = read() ?? { who, forms: {} };
    kept.forms[new URL(form.action).pathname] = typed(form);
    sessionStorage.setItem(key(), JSON.stringify(kept));
  });
  body.addEventListener("submit", (event) => {
    const path = new URL(event.target.action).pathname;
    if (path === "/sign-in/out") return forgetAll();
    const kept = read();
    if (!kept || event.target.method !== "post") return undefined;
    delete kept.forms[path];
    if (Object.keys(kept.forms).length) sessionStorage.setItem(key(), JSON.stringify(kept));
    else sessionStorage.removeItem(key());
    return undefined;
  });
  // Pages change within the body.
  body.addEventListener("htmx:afterSettle", (event) => {
    if (who && event.detail.target === body) offerDrafts(who);
  });
}

/** Offer what this person typed here before; forget what others typed in this window. */
export function offerDrafts(person) {
  who = person;
  for (const name of Object.keys(sessionStorage).filter((name) => name.startsWith(BEGINNING))) {
    if (JSON.parse(sessionStorage.getItem(name)).who !== who) sessionStorage.removeItem(name);
  }
  const kept = read();
  const offer = document.getElementById("draft");
  if (!kept || !offer) return;
  const forms = [...document.forms].filter(
    (form) => form.method === "post" && kept.forms[new URL(form.action).pathname],
  );
  if (!forms.length) return;
  offer.hidden = false;
  offer.querySelector("[data-yes]").onclick = () => {
    for (const form of forms) fill(form, kept.forms[new URL(form.action).pathname]);
    offer.hidden = true;
  };
  offer.querySelector("[data-no]").onclick = () => {
    sessionStorage.removeItem(key());
    offer.hidden = true;
  };
}

function read() {
  const kept = JSON.parse(sessionStorage.getItem(key()) ?? "null");
  return kept?.who === who ? kept : null;
}

function forgetAll() {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(BEGINNING)) sessionStorage.removeItem(name);
  }
}

function typed(form) {
  const values = [];
  for (const field of form.elements) {
    if (!field.name || field.matches(NEVER) || field.matches("button, fieldset, output")) continue;
    if (field.matches("[type=checkbox], [type=radio]")) values.push([field.name, field.value, field.checked]);
    else values.push([field.name, field.value]);
  }
  return values;
}

function fill(form, values) {
  for (const [name, value, checked] of values) {
    const fields = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    for (const field of fields) {
      if (checked === undefined) field.value = value;
      else if (field.value === value) field.checked = checked;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
}
