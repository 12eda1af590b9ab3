// Asks before something is lost, in the page's own dialog, which names what would be; the safe answer has the focus.
export function confirmed(values) {
  const dialog = document.querySelector("dialog[data-give-up-dialog]");
  dialog.querySelectorAll("[data-fill]").forEach((part) => {
    part.textContent = part.dataset.fill.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  });
  if (!dialog.showModal) return Promise.resolve(confirm(dialog.textContent.trim())); // kernels of before 2022
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => { dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }); });
}

// The forms beside unfinished uploads.
document.querySelectorAll("form[data-give-up]").forEach((form) => {
  form.addEventListener("submit", async (event) => {
    if (form.dataset.isSure) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // a form that was thought better of may be sent again
    if (!(await confirmed(form.dataset))) return;
    form.dataset.isSure = "1";
    form.requestSubmit();
  }, { capture: true });
});
