// A common reason is put into the text field, where the office can still change it.

const reason = document.getElementById("reason");

for (const button of document.querySelectorAll("[data-common] [data-use]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const text = button.closest("li").querySelector("[data-text]").textContent.trim();
    reason.value = reason.value.trim() ? `${reason.value.trim()}\n${text}` : text;
    reason.dispatchEvent(new Event("input", { bubbles: true }));
    reason.focus();
  });
}
