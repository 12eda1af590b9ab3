// Reader preferences: large text, light or dark. A classic script in <head>, so that both are set before anything is drawn.
// Works without storage (private mode, WeChat): then for this page only. Without script the buttons stay hidden and the
// page follows the system's theme and the browser's own text size.
(function () {
  "use strict";
  const root = document.documentElement;
  const read = (key) => { try { return localStorage.getItem("zg-" + key); } catch { return null; } };
  const write = (key, value) => {
    try {
      if (value) localStorage.setItem("zg-" + key, value); else localStorage.removeItem("zg-" + key);
    } catch { /* no storage */ }
  };
  const allowed = { size: ["large"], theme: ["light", "dark"] };
  for (const key of Object.keys(allowed)) {
    const value = read(key);
    if (allowed[key].includes(value)) root.dataset[key] = value;
  }
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const show = () => document.querySelectorAll("[data-pref]").forEach((button) => {
    button.hidden = false;
    if (button.dataset.pref === "size") button.setAttribute("aria-pressed", String(root.dataset.size === "large"));
  });

  document.addEventListener("DOMContentLoaded", () => {
    show();
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-pref]");
      if (!button) return;
      const key = button.dataset.pref;
      const value = key === "size" ? (root.dataset.size ? "" : "large") : (isDark() ? "light" : "dark");
      if (value) root.dataset[key] = value; else delete root.dataset[key];
      write(key, value);
      show();
    });
  });
  // another window of the same person changed it
  addEventListener("storage", (event) => {
    const key = (event.key || "").replace("zg-", "");
    if (!(key in allowed)) return;
    if (allowed[key].includes(event.newValue)) root.dataset[key] = event.newValue; else delete root.dataset[key];
    show();
  });
})();
