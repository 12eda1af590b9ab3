// Which size of the film is played: chosen by the line, or by the person. Only where hls.js plays, which can be told;
// a browser that plays HLS by itself chooses by itself.

export class Quality {
  constructor({ hls, button, words }) {
    Object.assign(this, { hls, button, words });
    button.addEventListener("click", () => this.next());
    hls.on("hlsManifestParsed", () => this.show());
  }

  // From the automatic choice down from the largest size, and round again.
  get order() {
    const levels = this.hls.levels.map((level, at) => ({ at, lines: Math.min(level.width, level.height) }));
    return [-1, ...levels.sort((one, other) => other.lines - one.lines).map((one) => one.at)];
  }

  next() {
    const order = this.order;
    const at = order[(order.indexOf(this.chosen ?? -1) + 1) % order.length];
    this.chosen = at;
    // At once, with what is loaded thrown away: at the next segment would be up to nine seconds later.
    if (at < 0) this.hls.nextLevel = at; else this.hls.currentLevel = at;
    this.show();
  }

  show() {
    const level = this.hls.levels[this.chosen ?? -1];
    const said = level ? `${Math.min(level.width, level.height)}p` : this.words.tAuto;
    this.button.hidden = this.hls.levels.length < 2;
    this.button.textContent = said;
    this.button.setAttribute("aria-label", this.words.tQuality.replace("{size}", said));
  }
}
