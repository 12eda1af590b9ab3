// The little picture above the seek bar: which one is told by a WebVTT file, fetched when somebody first comes near.

const CUE = /(\d+):(\d+):([\d.]+) --> (\d+):(\d+):([\d.]+)[^\n]*\n([^#\s]+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;

export function cuesOf(vtt, base) {
  return [...vtt.matchAll(CUE)].map((found) => {
    const [h, m, s, , , , name, x, y, w, height] = found.slice(1).map((part, at) => (at === 6 ? part : Number(part)));
    return { at: h * 3600 + m * 60 + s, sheet: new URL(name, base).href, x, y, w, h: height };
  });
}

export class Storyboard {
  // `clock` writes seconds as people read them; `lengthS` tells how long the bar is.
  constructor({ address, scrub, view, clock, lengthS }) {
    Object.assign(this, { address: new URL(address, document.baseURI).href, scrub, view, clock, lengthS });
    this.picture = view.querySelector("[data-picture]");
    this.words = view.querySelector("[data-moment]");
    scrub.addEventListener("pointerenter", () => this.load());
    scrub.addEventListener("pointermove", (event) => this.follow(event));
    scrub.addEventListener("pointerdown", (event) => this.follow(event));
    scrub.addEventListener("input", () => { if (!this.pointed) this.show(scrub.value / 1000); });
    for (const name of ["pointerleave", "pointercancel", "blur"]) scrub.addEventListener(name, () => this.hide());
    scrub.addEventListener("pointerup", (event) => { if (event.pointerType !== "mouse") this.hide(); });
    scrub.addEventListener("keyup", () => { clearTimeout(this.later); this.later = setTimeout(() => this.hide(), 1500); });
  }

  load() {
    this.loading ??= fetch(this.address, { credentials: "same-origin" })
      .then((answer) => (answer.ok ? answer.text() : ""))
      .then((text) => {
        this.cues = cuesOf(text, this.address);
        if (this.cues.length) new Image().src = this.cues[0].sheet;
        if (this.wanted !== undefined) this.show(this.wanted);
      })
      .catch(() => { this.loading = undefined; }); // the line was down: the next one who points asks again
    return this.loading;
  }

  follow(event) {
    const bar = this.scrub.getBoundingClientRect();
    this.pointed = true;
    this.show(Math.min(1, Math.max(0, (event.clientX - bar.left) / bar.width)) * this.lengthS());
  }

  show(seconds) {
    this.wanted = seconds;
    if (!this.cues) { this.load(); return; }
    const cue = this.cues.findLast((one) => one.at <= seconds) ?? this.cues[0];
    if (!cue) return;
    this.picture.style.inlineSize = `${cue.w}px`;
    this.picture.style.blockSize = `${cue.h}px`;
    this.picture.style.backgroundImage = `url("${cue.sheet}")`;
    this.picture.style.backgroundPosition = `-${cue.x}px -${cue.y}px`;
    this.words.textContent = this.clock(seconds);
    this.view.style.setProperty("--at", String(seconds / (this.lengthS() || 1)));
    this.view.hidden = false;
  }

  hide() {
    this.wanted = undefined;
    this.pointed = false;
    this.view.hidden = true;
  }
}
