// One file on its way: asked about, sent, paused, refused, received. Every sentence comes from the page
// (templates/uploads/_uploader_words.html) or from the server, where it is translated; what the line does is
// upload-transfer.js, what is shown is upload-card.js.
import { Card, size } from "./upload-card.js";
import { confirmed } from "./upload-confirm.js";
import { Pace } from "./upload-pace.js";
import { claimsOf } from "./precheck.js";
import { firstSha256 } from "./upload-same.js";
import { Transfer, giveUp } from "./upload-transfer.js";

const ANSWER_MS = 8000; // after that a file is sent unasked
const GOING = ["sending", "waiting", "offline"];

export class Sending {
  constructor(uploader, lane, file, expected) {
    Object.assign(this, { uploader, lane, file, expected, root: uploader.root, known: expected?.dataset.url ?? null, state: "new" });
    this.card = new Card(uploader, lane);
    this.pace = new Pace();
    const acts = { resume: () => this.go(), retry: () => this.go(), pause: () => this.pause(), cancel: () => this.cancel() };
    lane.querySelectorAll("[data-do]").forEach((button) => button.addEventListener("click", acts[button.dataset.do]));
    this.card.present(file);
    this.card.show(uploader.isSingle ? "checking" : "queued");
  }

  get isNew() { return this.state === "new"; }
  get isQueued() { return this.state === "queued"; }
  get isGoing() { return GOING.includes(this.state); }
  get isReceived() { return this.state === "received"; }
  get isBusy() { return this.state !== "left"; }

  // ── before the first byte ──

  async choose() {
    if (!this.isNew) return;
    const { file, card } = this;
    this.state = "checking";
    card.show("checking");
    card.note(card.say("nothing-sent"));
    const [claims, first] = await Promise.all([claimsOf(file), firstSha256(file).catch(() => "")]);
    this.first = first;
    if (this.state !== "checking") return; // given up meanwhile
    card.present(file, claims);
    const answer = await this.precheck(claims);
    if (this.state !== "checking") return;
    this.known = this.unfinishedOf(answer);
    const judged = () => {
      if (answer?.blocks) { this.warn(answer.html); return; }
      this.queue();
      if (answer?.html) card.put(answer.html);
    };
    if (answer?.refused) this.refuse(card.tell("bad", this.named("refused"), answer.refused));
    else if (this.isOther()) this.explain(judged);
    else judged();
  }

  /** What the server would say of the file; null when it cannot be asked, which stops nobody. */
  async precheck(claims) {
    const { precheck } = this.root.dataset;
    if (!precheck) return null;
    try {
      const answer = await fetch(precheck, {
        method: "POST", credentials: "same-origin", signal: AbortSignal.timeout?.(ANSWER_MS),
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.uploader.token },
        body: JSON.stringify({ ...claims, size_bytes: this.file.size, first_sha256: this.first }),
      });
      return answer.ok ? await answer.json() : null;
    } catch { return null; }
  }

  /** The address of what is here of the file: told by the server, or else by the page as it was loaded. */
  unfinishedOf(answer) {
    if (answer) return answer.known ? `${this.root.dataset.endpoint}/${answer.known}` : null;
    const same = this.uploader.unfinished.find((card) => Number(card.dataset.bytes) === this.file.size && this.first && card.dataset.first === this.first);
    return same?.dataset.url ?? null;
  }

  // Whether it is not the file that is to be gone on with. Where there is room for several files, another one is welcome.
  isOther() {
    if (this.expected) return this.known !== this.expected.dataset.url;
    return !this.known && this.uploader.unfinished.length > 0 && this.uploader.isSingle;
  }

  explain(goOn) {
    const { card, file } = this;
    const [other] = this.expected ? [this.expected] : this.uploader.unfinished;
    const before = { name: other.dataset.filename, before: size(Number(other.dataset.bytes)), size: size(file.size), sent: other.dataset.arrived };
    const isAlike = Number(other.dataset.bytes) === file.size;
    const message = card.tell("warn", card.say("other"), `${card.say(isAlike ? "other-alike" : "other-size", before)} ${card.say("other-fix", before)}`);
    const anew = async () => {
      await giveUp(other.dataset.url, (request) => this.uploader.sign(request));
      other.remove();
      this.expected = null;
      goOn();
    };
    this.refuse(message, [["original", () => this.uploader.ask(other)], ["anew", () => this.again(anew)]]);
  }

  warn(html) {
    this.refuse(this.card.put(html), [["again", () => this.uploader.ask(this.expected)], ["anyway", () => this.again(() => this.queue())]]);
  }

  /** After all: what was left is taken up once more, when there is still a place. */
  again(goOn) {
    const { uploader } = this;
    if (uploader.busy.length >= uploader.room) { uploader.sayLeftOut([this.file]); return; }
    uploader.sendings.push(this);
    this.card.present(this.file);
    goOn();
  }

  refuse(message, choices = [["again", () => this.uploader.ask()]]) {
    this.leave();
    this.card.offer(message, choices);
  }

  /** "a.jpg: what happened" where several files stand side by side. */
  named(name) { return this.uploader.isSingle ? this.card.say(name) : `${this.file.name} – ${this.card.say(name)}`; }

  // ── sending ──

  queue() {
    const { file, known, root, uploader } = this;
    const find = async () => this.unfinishedOf(await this.precheck({}));
    const metadata = { filename: file.name, filetype: file.type, purpose: root.dataset.purpose, first: this.first };
    const on = {
      state: (name, why) => this.turn(name, why),
      progress: (sent, total) => this.progress(sent, total),
      stored: (bytes) => { this.stored = bytes; },
      refused: (status, sentence) => this.refused(status, sentence),
    };
    Object.assign(this, { sent: 0, stored: 0, state: "queued" });
    this.transfer = new Transfer(file, {
      endpoint: root.dataset.endpoint, known, metadata, find, on,
      sign: (request) => uploader.sign(request), renew: () => uploader.renew(),
    });
    this.card.present(file);
    this.card.show("queued");
    this.card.note("");
    uploader.arrange();
    if (uploader.sendings.length === 1) this.card.part("up").focus({ preventScroll: true });
  }

  go() {
    if (this.state !== "queued") this.card.clear();
    this.transfer.go();
  }

  pause() {
    if (this.isQueued) this.turn("paused", {}); // nothing runs yet
    else this.transfer.pause();
  }

  turn(name, { reason, seconds, attempt }) {
    const { card } = this;
    const isNew = this.state !== name || this.attempt !== attempt;
    this.attempt = attempt;
    this.state = name;
    card.show(name);
    if (name === "sending") this.pace.reset();
    const notes = {
      waiting: () => card.say(`wait-${reason}`, { seconds, attempt }), offline: () => card.say("safe", { sent: size(this.stored) }),
      paused: () => card.say("by-you", { sent: size(this.stored) }), received: () => card.say("done"),
    };
    const note = notes[name]?.() ?? "";
    if (name !== "sending") card.note(note);
    if (isNew) card.announce(`${card.part("state").textContent.trim()}. ${note}`);
    if (name === "received") this.received();
    if (isNew) this.uploader.arrange();
  }

  progress(sent, total) {
    const { card } = this;
    this.sent = sent;
    this.pace.note(sent);
    const left = this.left(total - sent);
    const step = card.percent(sent, total);
    if (step !== null) card.announce([card.say("live", { percent: step }), left].filter(Boolean).join(", "));
    const speed = this.pace.speed ? `${size(this.pace.speed)}/s` : "";
    card.note([card.say("sent", { sent: size(sent), total: size(total) }), speed, left].filter(Boolean).join(" · "));
  }

  left(bytes) {
    const rest = this.pace.secondsFor(bytes);
    if (!rest) return "";
    const time = rest < 60 ? this.card.say("seconds", { seconds: rest }) : this.card.say("minutes", { minutes: Math.floor(rest / 60), seconds: rest % 60 });
    return this.card.say("left", { time });
  }

  refused(status, sentence) {
    const { card } = this;
    card.note("");
    const percent = card.part("bar").value;
    if (status === 401) {
      const row = card.tell("warn", card.say("signed-out"), card.say("signed-out-fix", { percent })).querySelector("div");
      row.append(card.word("signin"));
      return;
    }
    const mayGoOn = status === 507 || status >= 500;
    const isGone = status === 404 || status === 410;
    const [title, body] = isGone ? [this.named("gone"), card.say("gone-fix")] : [this.named("refused"), sentence || card.say("gateway", { status })];
    const message = card.tell("bad", title, body);
    if (mayGoOn) return; // the button is there
    this.refuse(message);
  }

  async cancel() {
    const values = { filename: this.file.name, arrived: size(this.stored) };
    const url = this.transfer?.url;
    if (url && (!(await confirmed(values)) || this.isReceived)) return; // of what was not begun nothing is lost
    const { root, uploader } = this;
    await this.transfer?.cancel();
    uploader.unfinished.find((card) => card.dataset.url === url)?.remove();
    this.card.announce(this.card.say("cancelled"));
    this.leave();
    root.querySelector("[data-file]").focus();
  }

  received() {
    this.progress(this.file.size, this.file.size);
    this.card.note(this.card.say("done"));
    const detail = { uploadId: this.transfer.url.split("/").pop() };
    const goes = this.root.dispatchEvent(new CustomEvent("upload:received", { bubbles: true, cancelable: true, detail }));
    if (!goes) this.uploader.isKept = true;
  }

  // Ready to choose again; what is unfinished is there again too.
  leave() {
    this.transfer?.end();
    Object.assign(this, { transfer: null, state: "left" });
    this.card.rest();
    this.uploader.leave(this);
  }
}
