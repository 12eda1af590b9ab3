// Share the address of a work: by the phone's own sheet where there is one, else by copying it.
// The address is the page's own, without what was asked of it (language, page number).

const box = document.querySelector("[data-share]");
const button = box?.querySelector("[data-share-link]");
const said = box?.querySelector("[data-share-said]");

const address = () => `${location.origin}${location.pathname}`;

async function share() {
  if (navigator.share && matchMedia("(pointer: coarse)").matches) {
    try {
      await navigator.share({ title: button.dataset.title, url: address() });
    } catch { /* closed without choosing */ }
    return;
  }
  try {
    await navigator.clipboard.writeText(address());
    said.textContent = said.dataset.copied;
  } catch {
    said.textContent = address(); // without TLS a page may not write to the clipboard: show it to be copied by hand
  }
}

if (button) {
  box.hidden = false;
  button.addEventListener("click", share);
}
