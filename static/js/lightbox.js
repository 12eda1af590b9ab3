// Photos open in a viewer on a native <dialog>. Without this script each photo is a link to its large picture.
//
//   <div data-lightbox aria-label="Photos"> <figure><a href="large.jpg"><img src="small.jpg" alt="..."></a><figcaption>..</figcaption></figure> ...
//
// The dialog itself is the macro `lightbox()` in components/player.html: its words are translated there.

const ZOOMS = [1, 1.5, 2.5, 4];

class Lightbox {
  constructor(dialog) {
    this.dialog = dialog;
    this.picture = dialog.querySelector("img");
    this.frame = dialog.querySelector(".lightbox__img");
    this.count = dialog.querySelector("[data-count]");
    this.text = dialog.querySelector("[data-caption]");
    this.zoomAt = 0;
    dialog.addEventListener("keydown", (event) => this.onKey(event));
    dialog.addEventListener("close", () => this.from?.focus());
    for (const button of dialog.querySelectorAll("[data-do]")) button.addEventListener("click", () => this[`do_${button.dataset.do}`]());
    this.frame.addEventListener("click", (event) => { if (event.target === this.frame) this.dialog.close(); });
    this.picture.addEventListener("load", () => this.frame.removeAttribute("aria-busy"));
    this.picture.addEventListener("dblclick", () => (this.zoomAt ? this.setZoom(0) : this.setZoom(2)));
    this.watchSwipes();
  }

  open(links, at) {
    this.links = links;
    this.from = links[at];
    this.show(at);
    this.dialog.showModal();
    this.dialog.querySelector("[data-do=close]").focus();
  }

  show(at) {
    this.at = (at + this.links.length) % this.links.length;
    const link = this.links[this.at];
    const small = link.querySelector("img");
    this.setZoom(0);
    this.frame.setAttribute("aria-busy", "true");
    this.picture.src = link.href;
    this.picture.alt = small?.alt || "";
    this.text.textContent = link.closest("figure")?.querySelector("figcaption")?.textContent.trim() || small?.alt || "";
    this.count.textContent = this.dialog.dataset.tCount.replace("{number}", this.at + 1).replace("{count}", this.links.length);
    for (const name of ["previous", "next"]) this.dialog.querySelector(`[data-do=${name}]`).hidden = this.links.length < 2;
    const next = this.links[(this.at + 1) % this.links.length];
    if (next !== link) new Image().src = next.href;
  }

  do_close() { this.dialog.close(); }
  do_previous() { this.show(this.at - 1); }
  do_next() { this.show(this.at + 1); }
  do_in() { this.setZoom(this.zoomAt + 1); }
  do_out() { this.setZoom(this.zoomAt - 1); }

  setZoom(at) {
    this.zoomAt = Math.min(ZOOMS.length - 1, Math.max(0, at));
    const zoom = ZOOMS[this.zoomAt];
    this.picture.classList.toggle("is-zoomed", this.zoomAt > 0);
    this.picture.style.setProperty("--zoom", zoom);
    this.frame.scrollTo?.((this.frame.scrollWidth - this.frame.clientWidth) / 2, (this.frame.scrollHeight - this.frame.clientHeight) / 2);
  }

  onKey(event) {
    const scrolls = this.zoomAt > 0; // then the arrows move the picture
    const keys = { "+": "in", "=": "in", "-": "out", ...(scrolls ? {} : { ArrowLeft: "previous", ArrowRight: "next", PageUp: "previous", PageDown: "next" }) };
    if (event.key === "Home") this.show(0);
    else if (event.key === "End") this.show(this.links.length - 1);
    else if (event.key in keys) this[`do_${keys[event.key]}`]();
    else return;
    event.preventDefault();
  }

  watchSwipes() {
    let x = null;
    this.frame.addEventListener("pointerdown", (event) => { x = event.isPrimary ? event.clientX : null; });
    this.frame.addEventListener("pointerup", (event) => {
      if (x === null || this.zoomAt || event.pointerType === "mouse") return;
      const moved = event.clientX - x;
      x = null;
      if (Math.abs(moved) > 50) this.show(this.at + (moved < 0 ? 1 : -1));
    });
    this.frame.addEventListener("pointercancel", () => { x = null; });
  }
}

const dialog = document.querySelector("dialog.lightbox");
if (dialog?.showModal) {
  const viewer = new Lightbox(dialog);
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("[data-lightbox] a[href]");
    if (!link || !link.querySelector("img")) return;
    event.preventDefault();
    const links = [...link.closest("[data-lightbox]").querySelectorAll("a[href]")].filter((one) => one.querySelector("img"));
    viewer.open(links, links.indexOf(link));
  });
}
