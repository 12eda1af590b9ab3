// Sends one file so that nothing is lost: looked at before the first byte, sent in pieces, paused, gone on with after a
// reload, tomorrow, or from another device. Without it the form beside it still posts. Every sentence comes from the page
// (templates/uploads/_uploader.html) or from the server, where it is translated; what the line does is upload-transfer.js.
import { Awake } from "./upload-awake.js";
import { confirmed } from "./upload-confirm.js";
import { Pace } from "./upload-pace.js";
import { claimsOf } from "./precheck.js";
import { firstSha256 } from "./upload-same.js";
import { Transfer, giveUp } from "./upload-transfer.js";

const ANSWER_MS = 8000; // after that a file is sent unasked
const BARS = { sending: "light", waiting: "warn", offline: "warn", stopped: "bad", received: "ok" };
const BUTTONS = {
  sending: ["pause", "cancel"], waiting: ["retry", "pause", "cancel"], offline: ["retry", "pause", "cancel"],
  paused: ["resume", "cancel"], stopped: ["resume", "cancel"],
};

const size = (bytes) => {
  const units = ["B", "KB", "MB", "GB"];
  const unit = Math.min(3, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const value = bytes / 1024 ** unit;
  return `${unit && value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
};
const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

class Uploader {
  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-${name}]`);
    this.input = this.part("file");
    this.expected = null; // the unfinished upload that is to be gone on with
    this.pace = new Pace();
    this.awake = new Awake();
    this.title = document.title;
    this.token = document.querySelector("meta[name=csrf-token]")?.content ?? root.querySelector("[name=csrf_token]").value;
    this.listen();
  }

  listen() {
    const { root, input } = this;
    input.classList.add("vh");
    root.querySelectorAll("[data-plain]").forEach((part) => { part.hidden = true; });
    input.addEventListener("change", () => { const [file] = input.files; if (file) this.choose(file); input.value = ""; });
    input.addEventListener("cancel", () => { this.expected = null; });
    const drop = this.part("drop");
    drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("is-over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("is-over");
      if (event.dataTransfer.files[0]) this.choose(event.dataTransfer.files[0]);
    });
    this.unfinished.forEach((card) => {
      const proceed = card.querySelector("[data-continue]");
      proceed.hidden = false;
      proceed.addEventListener("click", () => this.ask(card));
    });
    const acts = { resume: () => this.go(), retry: () => this.go(), pause: () => this.transfer.pause(), cancel: () => this.cancel() };
    root.querySelectorAll("[data-do]").forEach((button) => button.addEventListener("click", acts[button.dataset.do]));
    addEventListener("beforeunload", (event) => { if (this.transfer?.isGoing) event.preventDefault(); });
  }

  get unfinished() { return [...this.root.querySelectorAll("[data-unfinished]")]; }

  ask(expected = null) {
    this.expected = expected;
    this.input.click();
  }

  // ── before the first byte ──

  async choose(file) {
    if (this.transfer) return; // one at a time
    const mine = (this.chosen = {}); // of a file chosen later nothing of an earlier one may come in between
    this.part("messages").replaceChildren();
    this.present(file);
    this.show("checking");
    const [claims, first] = await Promise.all([claimsOf(file), firstSha256(file).catch(() => "")]);
    if (this.chosen !== mine) return;
    this.present(file, claims);
    const answer = await this.precheck(file, claims, first);
    if (this.chosen !== mine) return;
    const known = this.unfinishedOf(file, first, answer);
    const begin = () => this.begin(file, first, known);
    if (answer?.refused) this.refuse(this.tell("bad", this.say("refused"), answer.refused));
    else if (this.isOther(known)) this.explain(file, begin);
    else if (answer?.blocks) this.warn(answer.html, begin);
    else { begin(); this.hint(answer?.html); }
  }

  /** What the server would say of the file; null when it cannot be asked, which stops nobody. */
  async precheck(file, claims, first) {
    const { precheck } = this.root.dataset;
    if (!precheck) return null;
    try {
      const answer = await fetch(precheck, {
        method: "POST", credentials: "same-origin", signal: AbortSignal.timeout?.(ANSWER_MS),
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token },
        body: JSON.stringify({ ...claims, size_bytes: file.size, first_sha256: first }),
      });
      return answer.ok ? await answer.json() : null;
    } catch { return null; }
  }

  /** The address of what is here of the file: told by the server, or else by the page as it was loaded. */
  unfinishedOf(file, first, answer) {
    if (answer) return answer.known ? `${this.root.dataset.endpoint}/${answer.known}` : null;
    const same = this.unfinished.find((card) => Number(card.dataset.bytes) === file.size && first && card.dataset.first === first);
    return same?.dataset.url ?? null;
  }

  // Whether it is not the file that is to be gone on with. Where there is room for several files, another one is welcome.
  isOther(known) {
    if (this.expected) return known !== this.expected.dataset.url;
    return !known && this.unfinished.length > 0 && "single" in this.root.dataset;
  }

  explain(file, begin) {
    const [card] = this.expected ? [this.expected] : this.unfinished;
    const before = { name: card.dataset.name, before: size(Number(card.dataset.bytes)), size: size(file.size), sent: card.dataset.sent };
    const isAlike = Number(card.dataset.bytes) === file.size;
    const message = this.tell("warn", this.say("other"), `${this.say(isAlike ? "other-alike" : "other-size", before)} ${this.say("other-fix", before)}`);
    const anew = async () => {
      await giveUp(card.dataset.url, (request) => this.sign(request));
      card.remove();
      this.expected = null;
      begin();
    };
    this.refuse(message, [["original", () => this.ask(card)], ["anew", anew]]);
  }

  warn(html, begin) {
    const box = document.createElement("div");
    box.innerHTML = html; // from our server, in the words of the check report
    this.part("messages").replaceChildren(...box.children);
    this.refuse(this.part("messages").lastElementChild, [["again", () => this.ask(this.expected)], ["anyway", begin]]);
  }

  hint(html) {
    if (!html) return;
    const box = document.createElement("div");
    box.innerHTML = html;
    this.part("messages").replaceChildren(...box.children);
  }

  refuse(message, choices = [["again", () => this.ask()]]) {
    this.rest();
    const row = message.querySelector("[data-acts]") ?? message.querySelector("div").appendChild(document.createElement("div"));
    row.className = "row";
    choices.forEach(([name, act]) => {
      row.append(this.word(name));
      row.lastElementChild.addEventListener("click", () => { this.part("messages").replaceChildren(); act(); });
    });
    row.firstElementChild.focus({ preventScroll: true });
    message.scrollIntoView({ block: "nearest" });
  }

  // ── sending ──

  begin(file, first, known) {
    this.present(file);
    const find = async () => this.unfinishedOf(file, first, await this.precheck(file, {}, first));
    const metadata = { filename: file.name, filetype: file.type, purpose: this.root.dataset.purpose, first };
    const sign = (request) => this.sign(request);
    const on = {
      state: (name, why) => this.turn(name, why),
      progress: (sent, total) => this.progress(sent, total),
      stored: (bytes) => { this.stored = bytes; },
      refused: (status, sentence) => this.refused(status, sentence),
    };
    Object.assign(this, { file, sent: 0, stored: 0 });
    this.transfer = new Transfer(file, { endpoint: this.root.dataset.endpoint, known, metadata, sign, renew: () => this.renew(), find, on });
    this.go();
    this.part("up").focus({ preventScroll: true });
  }

  go() {
    this.part("messages").replaceChildren();
    this.transfer.go();
  }

  sign(request) { request.setHeader("X-CSRFToken", this.token); }

  async renew() {
    try {
      const answer = await fetch(this.root.dataset.token, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      this.token = (await answer.json()).token;
    } catch { /* the next try says what is wrong */ }
  }

  turn(name, { reason, seconds, attempt }) {
    const isNew = this.state !== name || this.attempt !== attempt;
    this.attempt = attempt;
    this.show(name);
    this.awake.want(name === "sending");
    if (name === "sending") this.pace.reset();
    const notes = {
      waiting: () => this.say(`wait-${reason}`, { seconds, attempt }), offline: () => this.say("safe", { sent: size(this.stored) }),
      paused: () => this.say("by-you", { sent: size(this.stored) }), received: () => this.say("done"),
    };
    const note = notes[name]?.() ?? "";
    if (name !== "sending") this.note(note);
    if (isNew) this.announce(`${this.part("state").textContent.trim()}. ${note}`);
    if (name === "received") this.received();
  }

  progress(sent, total) {
    this.sent = sent;
    this.pace.note(sent);
    const percent = Math.floor((sent * 100) / total);
    const bar = this.part("bar");
    const left = this.left(total - sent);
    if (Math.floor(percent / 10) !== Math.floor(bar.value / 10)) this.announce([this.say("live", { percent }), left].filter(Boolean).join(", "));
    bar.value = percent;
    bar.textContent = this.part("percent").textContent = `${percent}%`;
    document.title = `${percent}% · ${this.title}`;
    const speed = this.pace.speed ? `${size(this.pace.speed)}/s` : "";
    this.note([this.say("sent", { sent: size(sent), total: size(total) }), speed, left].filter(Boolean).join(" · "));
  }

  left(bytes) {
    const rest = this.pace.secondsFor(bytes);
    if (!rest) return "";
    const time = rest < 60 ? this.say("seconds", { seconds: rest }) : this.say("minutes", { minutes: Math.floor(rest / 60), seconds: rest % 60 });
    return this.say("left", { time });
  }

  refused(status, sentence) {
    this.note("");
    const percent = this.part("bar").value;
    if (status === 401) {
      const row = this.tell("warn", this.say("signed-out"), this.say("signed-out-fix", { percent })).querySelector("div");
      row.append(this.word("signin"));
      return;
    }
    const mayGoOn = status === 507 || status >= 500;
    const isGone = status === 404 || status === 410;
    const [title, body] = isGone ? [this.say("gone"), this.say("gone-fix")] : [this.say("refused"), sentence || this.say("gateway", { status })];
    const message = this.tell("bad", title, body);
    if (mayGoOn) return; // the button is there
    this.refuse(message);
  }

  async cancel() {
    const values = { name: this.file.name, sent: size(this.stored) };
    if (!(await confirmed(values)) || this.state === "received") return;
    const { transfer } = this;
    this.rest();
    await transfer.cancel();
    this.announce(this.say("cancelled"));
    this.input.focus();
  }

  received() {
    this.progress(this.file.size, this.file.size);
    this.note(this.say("done"));
    const detail = { uploadId: this.transfer.url.split("/").pop() };
    const goes = this.root.dispatchEvent(new CustomEvent("upload:received", { bubbles: true, cancelable: true, detail }));
    if (goes && this.root.dataset.next) location.assign(this.root.dataset.next);
  }

  // ── saying and showing ──

  /** The card of one file, as far as it is known. */
  present(file, claims = {}) {
    this.part("drop").hidden = true;
    this.unfinished.forEach((card) => { card.hidden = true; });
    const up = this.part("up");
    up.hidden = false;
    up.setAttribute("aria-label", file.name);
    this.part("name").textContent = file.name;
    const { length_ms: ms, width, height } = claims;
    if (ms || width || !this.part("about").textContent) {
      this.part("about").textContent = [ms && clock(ms), width && `${width}×${height}`, size(file.size)].filter(Boolean).join(" · ");
    }
    if (this.shown !== file) this.thumbnail(file);
  }

  thumbnail(file) {
    this.shown = file;
    const place = this.part("thumb");
    this.icon ??= place.firstElementChild;
    place.replaceChildren(this.icon);
    const isPhoto = this.root.dataset.kind === "photo";
    const picture = document.createElement(isPhoto ? "img" : "video");
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = URL.createObjectURL(file);
    picture.onload = picture.onloadeddata = () => place.replaceChildren(picture);
    if (isPhoto) picture.alt = "";
    else Object.assign(picture, { muted: true, playsInline: true, preload: "auto" });
    picture.src = isPhoto ? this.address : `${this.address}#t=0.5`;
  }

  // Ready to choose again; what is unfinished is there again too.
  rest() {
    this.transfer?.halt();
    this.transfer?.heeds.abort();
    Object.assign(this, { transfer: null, chosen: null, state: "idle", shown: null });
    this.awake.want(false);
    document.title = this.title;
    this.part("up").hidden = true;
    this.part("about").textContent = "";
    this.part("bar").value = 0;
    this.part("percent").textContent = "0%";
    this.part("drop").hidden = false;
    this.unfinished.forEach((card) => { card.hidden = false; });
    this.meanwhile(false);
  }

  show(state) {
    this.state = state;
    this.part("state").replaceChildren(this.word(state));
    this.part("bar").className = BARS[state] ? `bar bar--${BARS[state]}` : "bar";
    if (state === "checking") this.note(this.say("nothing-sent"));
    const buttons = BUTTONS[state] ?? [];
    const had = this.root.contains(document.activeElement) && document.activeElement?.dataset.do;
    this.root.querySelectorAll("[data-do]").forEach((button) => { button.hidden = !buttons.includes(button.dataset.do); });
    if (had && !buttons.includes(had)) this.root.querySelector("[data-do]:not([hidden])")?.focus(); // who paused by keyboard goes on by keyboard
    this.meanwhile(state !== "received");
  }

  // Leaving the page stops the sending, so what can be done meanwhile opens beside it.
  meanwhile(isBusy) {
    document.querySelectorAll("a[data-meanwhile]").forEach((link) => { if (isBusy) link.target = "_blank"; else link.removeAttribute("target"); });
  }

  note(text) { this.part("sent").textContent = text; }

  announce(text) { this.part("live").textContent = text; }

  word(name) { return this.root.querySelector(`template[data-word="${name}"]`).content.cloneNode(true); }

  say(name, values = {}) {
    const text = this.root.querySelector(`[data-say="${name}"]`).textContent;
    return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  }

  tell(kind, title, body) {
    const message = this.word(kind).firstElementChild;
    const [first, second] = message.querySelectorAll("p");
    first.textContent = title;
    second.textContent = body;
    this.part("messages").replaceChildren(message);
    return message;
  }
}

document.querySelectorAll("[data-uploader]").forEach((root) => new Uploader(root));
