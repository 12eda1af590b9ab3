// Small manners of every page: focus on the error summary, counted characters, painted ranges, scrolling tabs, one send per click.

const paint = (range) => range.style.setProperty("--p", `${((range.value - range.min) / (range.max - range.min || 1)) * 100}%`);

function count(line) {
  const input = document.getElementById(line.dataset.countFor);
  const max = input?.maxLength;
  if (!input || max < 0) return;
  const show = () => { line.textContent = line.dataset.countText.replace("{used}", input.value.length).replace("{max}", max); };
  input.addEventListener("input", show);
  show();
}

// A second click on a button that is already sending does nothing; the server would refuse it too, this is only kinder.
function sendOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sending) { event.preventDefault(); return; }
    if (event.defaultPrevented) return;
    form.dataset.sending = "1";
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(() => { delete form.dataset.sending; event.submitter?.removeAttribute("aria-busy"); }, 8000);
  });
}

// A form kept while its sender signed in again gets a fresh token just before it goes.
function freshToken(form) {
  form.addEventListener("submit", async (event) => {
    if (form.dataset.fresh) return;
    event.preventDefault();
    try {
      const answer = await fetch(form.dataset.freshToken, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      form.elements.csrf_token.value = (await answer.json()).token;
    } catch { /* the old token is sent; the page comes back with a new one */ }
    form.dataset.fresh = "1";
    form.requestSubmit();
  });
}

function start(part) {
  part.querySelectorAll("input[type=range]").forEach((range) => { paint(range); range.addEventListener("input", () => paint(range)); });
  part.querySelectorAll("[data-count-for]").forEach(count);
  part.querySelectorAll("form[data-fresh-token]").forEach(freshToken);
  part.querySelectorAll("form[method=post]:not([data-fresh-token])").forEach(sendOnce);
  part.querySelectorAll("dialog[data-open]").forEach((dialog) => { if (!dialog.open) dialog.showModal(); });
  part.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => print()); });
  part.querySelectorAll(".desk__nav [aria-current], .tabs [aria-current]").forEach((tab) => {
    const bar = tab.parentElement;
    bar.scrollLeft = tab.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
  });
}

start(document);
document.querySelector("[data-focus]")?.focus();
document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) start(event.target); });
// htmx asks with the page's token
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  if (token) event.detail.headers["X-CSRFToken"] = token;
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach((form) => { delete form.dataset.sending; }));

// the menu closes with Escape and gives the focus back
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});
