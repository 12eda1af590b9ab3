// Passwords that can be shown while typing and say how strong they are; links that can be copied.

for (const button of document.querySelectorAll("[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  const show = button.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    button.textContent = hidden ? button.dataset.hide : show;
    input.focus();
  });
  // a password manager recognises the field only as what it is
  input.form.addEventListener("submit", () => { input.type = "password"; });
}

// The same measure as contest/accounts/passwords.py.
function strength(text, least) {
  const length = [...text].length;
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{N}]|[^\x00-\x7f]/u].filter((kind) => kind.test(text)).length;
  if (length < least) return "short";
  if (length >= 16 || (length >= least + 2 && kinds >= 3)) return "strong";
  return kinds >= 3 || length >= least + 2 ? "good" : "fair";
}

for (const line of document.querySelectorAll("[data-strength-for]")) {
  const input = document.getElementById(line.dataset.strengthFor);
  input.addEventListener("input", () => {
    line.textContent = input.value ? line.dataset[strength(input.value, Number(line.dataset.least))] : "";
  });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const input = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
    } catch { // no clipboard without TLS, as on an intranet: the old way
      document.execCommand("copy");
    }
    button.querySelector("span").textContent = button.dataset.copied;
  });
}
