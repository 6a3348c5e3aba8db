// A form of filters goes by itself when something is chosen.

export default function chosen(form) {
  form.addEventListener("change", () => {
    if (form.checkValidity()) form.requestSubmit();
  });
}
