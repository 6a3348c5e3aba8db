// Asks before the session ends for want of use, leaves the page when it has ended, and keeps what was
// typed, so that whoever signs in again finds it (RULES E1).
//
// A draft is kept in this window alone, per page and per person: it is never offered to another, and
// goes when its form is sent or its person signs out.

import { keepDrafts, offerDrafts } from "./drafts.js";

const LOOK_EVERY = 30; // seconds; the server's word counts, not this page's clock

let timer = 0;
let person = "";

export default function idle(body) {
  keepDrafts(body);
  const first = JSON.parse(body.dataset.idle); // the page came with the first answer
  if (first.seconds > first.warn) heed(first);
  else look();
  // A machine that slept comes back late.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
}

async function look() {
  clearTimeout(timer);
  let left;
  try {
    const answer = await fetch("/sign-in/remaining", { headers: { "X-Background": "1" } });
    left = await answer.json();
  } catch {
    timer = setTimeout(look, LOOK_EVERY * 1000); // no network: ask again
    return;
  }
  heed(left);
}

function heed(left) {
  if (left.who && left.who !== person) offerDrafts(person = left.who);
  if (left.seconds <= 0) {
    // The server leads to the sign-in page, and back here after it.
    location.replace(location.pathname + location.search);
    return;
  }
  if (left.seconds <= left.warn) warn(left);
  else dialog()?.close();
  const next = left.seconds <= left.warn ? left.seconds + 1 : Math.min(left.seconds - left.warn + 1, 300);
  timer = setTimeout(look, Math.max(next, 1) * 1000);
}

function dialog() {
  return document.getElementById("idle");
}

function warn(left) {
  const asked = dialog();
  if (!asked) return;
  asked.querySelector("[data-token]").dataset.token = left.token;
  if (!asked.open) asked.showModal();
  asked.querySelector("button").onclick = async (event) => {
    const headers = { "X-CSRFToken": event.currentTarget.dataset.token };
    await fetch("/sign-in/stay", { method: "POST", headers });
    asked.close();
    look();
  };
}
