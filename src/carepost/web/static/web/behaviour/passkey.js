// Passkeys: makes one, signs in with one, or confirms with one, by the form's data-passkey. The form
// is hidden until the browser is known to have them. Options come with the page, or, for signing in,
// from the form's own address.

const bytes = (text) => Uint8Array.from(
  atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0),
);
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const opened = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

function toMake({ publicKey }) {
  return {
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: opened(publicKey.excludeCredentials),
      // One that can sign in by itself, and only for whoever it belongs to.
      authenticatorSelection: {
        ...publicKey.authenticatorSelection,
        residentKey: "required", requireResidentKey: true, userVerification: "required",
      },
    },
  };
}

function toUse({ publicKey }) {
  return {
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      allowCredentials: opened(publicKey.allowCredentials),
    },
  };
}

function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function ask(form) {
  if (form.dataset.passkey === "sign-in") {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("refused");
    return navigator.credentials.get(toUse((await answer.json()).request_options));
  }
  const given = JSON.parse(document.getElementById("passkey-options").textContent);
  return form.dataset.passkey === "make"
    ? navigator.credentials.create(toMake(given.creation_options))
    : navigator.credentials.get(toUse(given.request_options));
}

export default function passkey(form) {
  if (!window.PublicKeyCredential) return;
  form.hidden = false;
  const word = form.querySelector("p[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (word) word.hidden = true;
    try {
      form.elements.credential.value = written(await ask(form));
      HTMLFormElement.prototype.submit.call(form);
    } catch (error) {
      if (!word) return;
      word.textContent = form.dataset[error.name === "NotAllowedError" ? "stopped" : "failed"];
      word.hidden = false;
    }
  });
}
