// What an uploader shows and says of one file: its card, its messages, its live line. The sentences are in the page
// (templates/uploads/_uploader_words.html), where they are translated; {places} in them are filled in here.
const BARS = { sending: "light", waiting: "warn", offline: "warn", stopped: "bad", received: "ok" };
const BUTTONS = {
  queued: ["cancel"], sending: ["pause", "cancel"], waiting: ["retry", "pause", "cancel"], offline: ["retry", "pause", "cancel"],
  paused: ["resume", "cancel"], stopped: ["resume", "cancel"],
};

export const size = (bytes) => {
  const units = ["B", "KB", "MB", "GB"];
  const unit = Math.min(3, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const value = bytes / 1024 ** unit;
  return `${unit && value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
};
const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

export class Card {
  constructor(uploader, lane) {
    Object.assign(this, { uploader, lane });
    this.root = uploader.root;
    uploader.title ??= document.title;
    this.title = uploader.title;
  }

  part(name) { return this.lane.querySelector(`[data-${name}]`); }

  /** Show the file; claims: what is known of it (precheck.js). */
  present(file, claims = {}) {
    const up = this.part("up");
    up.hidden = false;
    up.setAttribute("aria-label", file.name);
    this.part("name").textContent = file.name;
    const { length_ms: ms, width, height } = claims;
    if (ms || width || this.shown !== file) {
      this.part("about").textContent = [ms && clock(ms), width && `${width}×${height}`, size(file.size)].filter(Boolean).join(" · ");
    }
    if (this.shown !== file) this.thumbnail(file);
    this.shown = file;
  }

  thumbnail(file) {
    const place = this.part("thumb");
    this.icon ??= place.firstElementChild;
    place.replaceChildren(this.icon);
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = URL.createObjectURL(file);
    const isPhoto = this.root.dataset.kind === "photo";
    const picture = document.createElement(isPhoto ? "img" : "video");
    picture.onload = picture.onloadeddata = () => place.replaceChildren(picture); // what cannot be shown keeps the icon
    if (isPhoto) picture.alt = "";
    else Object.assign(picture, { muted: true, playsInline: true, preload: "auto" });
    picture.src = isPhoto ? this.address : `${this.address}#t=0.5`;
  }

  /** Show no file any more; what is said of it stays. */
  rest() {
    this.shown = null;
    document.title = this.title;
    this.part("up").hidden = true;
    this.part("bar").value = 0;
    this.part("percent").textContent = "0%";
  }

  show(state) {
    this.part("up").dataset.now = state;
    this.part("state").replaceChildren(this.word(state));
    this.part("bar").className = BARS[state] ? `bar bar--${BARS[state]}` : "bar";
    const wanted = BUTTONS[state] ?? [];
    const buttons = [...this.lane.querySelectorAll("[data-do]")];
    const hadFocus = buttons.includes(document.activeElement) && !wanted.includes(document.activeElement.dataset.do);
    buttons.forEach((button) => { button.hidden = !wanted.includes(button.dataset.do); });
    if (hadFocus) buttons.find((button) => !button.hidden)?.focus(); // who paused by keyboard goes on by keyboard
  }

  percent(sent, total) {
    const percent = Math.floor((sent * 100) / total);
    const bar = this.part("bar");
    const isStep = Math.floor(percent / 10) !== Math.floor(bar.value / 10);
    bar.value = percent;
    bar.textContent = this.part("percent").textContent = `${percent}%`;
    document.title = `${percent}% · ${this.title}`;
    return isStep ? percent : null;
  }

  note(text) { this.part("sent").textContent = text; }

  announce(text) { this.part("live").textContent = text; }

  word(name) { return this.uploader.word(name); }

  say(name, values = {}) { return this.uploader.say(name, values); }

  clear() { this.part("messages").replaceChildren(); }

  tell(kind, title, body) {
    const message = this.word(kind);
    const [first, second] = message.querySelectorAll("p");
    first.textContent = title;
    second.textContent = body;
    this.part("messages").replaceChildren(message);
    return message;
  }

  /** A part of a page as our server made it. */
  put(html) {
    const { body } = new DOMParser().parseFromString(html, "text/html");
    this.part("messages").replaceChildren(...body.children);
    return this.part("messages").lastElementChild;
  }

  /** Buttons below a message; the first has the focus. */
  offer(message, choices) {
    const row = message.querySelector("[data-acts]") ?? message.querySelector("div").appendChild(document.createElement("div"));
    row.className = "row";
    choices.forEach(([name, act]) => {
      row.append(this.word(name));
      row.lastElementChild.addEventListener("click", () => { this.clear(); act(); });
    });
    row.firstElementChild.focus({ preventScroll: true });
    message.scrollIntoView({ block: "nearest" });
  }
}
