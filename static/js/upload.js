// Sends one file so that nothing is lost: looked at before the first byte, sent in pieces, paused, gone on with after a
// reload, tomorrow, or from another device. Without it the form beside it still posts. Every sentence comes from the page
// (templates/uploads/_uploader.html) or from the server, where it is translated; what the line does is upload-transfer.js.
import { Awake } from "./upload-awake.js";
import { Card, size } from "./upload-card.js";
import { confirmed } from "./upload-confirm.js";
import { Pace } from "./upload-pace.js";
import { claimsOf } from "./precheck.js";
import { firstSha256 } from "./upload-same.js";
import { Transfer, giveUp } from "./upload-transfer.js";

const ANSWER_MS = 8000; // after that a file is sent unasked

class Uploader {
  constructor(root) {
    this.root = root;
    this.card = new Card(root);
    this.input = this.card.part("file");
    this.expected = null; // the unfinished upload that is to be gone on with
    this.pace = new Pace();
    this.awake = new Awake();
    this.token = document.querySelector("meta[name=csrf-token]")?.content ?? root.querySelector("[name=csrf_token]").value;
    this.listen();
  }

  listen() {
    const { root, input } = this;
    input.classList.add("vh");
    root.querySelectorAll("[data-plain]").forEach((part) => { part.hidden = true; });
    input.addEventListener("change", () => { const [file] = input.files; if (file) this.choose(file); input.value = ""; });
    input.addEventListener("cancel", () => { this.expected = null; });
    root.querySelector(`label[for="${input.id}"]`).addEventListener("click", () => { this.expected = null; }); // iPhones before iOS 16.4 tell of no cancel
    const drop = this.card.part("drop");
    drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("is-over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("is-over");
      if (event.dataTransfer.files[0]) this.choose(event.dataTransfer.files[0]);
    });
    this.card.unfinished.forEach((card) => {
      const proceed = card.querySelector("[data-continue]");
      proceed.hidden = false;
      proceed.addEventListener("click", () => this.ask(card));
    });
    const acts = { resume: () => this.go(), retry: () => this.go(), pause: () => this.transfer.pause(), cancel: () => this.cancel() };
    root.querySelectorAll("[data-do]").forEach((button) => button.addEventListener("click", acts[button.dataset.do]));
    addEventListener("beforeunload", (event) => { if (this.transfer?.isGoing) event.preventDefault(); });
  }

  ask(expected = null) {
    this.expected = expected;
    this.input.click();
  }

  // ── before the first byte ──

  async choose(file) {
    if (this.transfer) return; // one at a time
    const mine = (this.chosen = {}); // of a file chosen later nothing of an earlier one may come in between
    this.card.clear();
    this.card.present(file);
    this.card.show("checking");
    this.card.note(this.card.say("nothing-sent"));
    const [claims, first] = await Promise.all([claimsOf(file), firstSha256(file).catch(() => "")]);
    if (this.chosen !== mine) return;
    this.card.present(file, claims);
    const answer = await this.precheck(file, claims, first);
    if (this.chosen !== mine) return;
    const known = this.unfinishedOf(file, first, answer);
    const begin = () => this.begin(file, first, known);
    const judged = () => {
      if (answer?.blocks) { this.warn(answer.html, begin); return; }
      begin();
      if (answer?.html) this.card.put(answer.html);
    };
    if (answer?.refused) this.refuse(this.card.tell("bad", this.card.say("refused"), answer.refused));
    else if (this.isOther(known)) this.explain(file, judged);
    else judged();
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
    const same = this.card.unfinished.find((card) => Number(card.dataset.bytes) === file.size && first && card.dataset.first === first);
    return same?.dataset.url ?? null;
  }

  // Whether it is not the file that is to be gone on with. Where there is room for several files, another one is welcome.
  isOther(known) {
    if (this.expected) return known !== this.expected.dataset.url;
    return !known && this.card.unfinished.length > 0 && "single" in this.root.dataset;
  }

  explain(file, goOn) {
    const [card] = this.expected ? [this.expected] : this.card.unfinished;
    const before = { name: card.dataset.filename, before: size(Number(card.dataset.bytes)), size: size(file.size), sent: card.dataset.arrived };
    const isAlike = Number(card.dataset.bytes) === file.size;
    const message = this.card.tell("warn", this.card.say("other"), `${this.card.say(isAlike ? "other-alike" : "other-size", before)} ${this.card.say("other-fix", before)}`);
    const anew = async () => {
      await giveUp(card.dataset.url, (request) => this.sign(request));
      card.remove();
      this.expected = null;
      goOn();
    };
    this.refuse(message, [["original", () => this.ask(card)], ["anew", anew]]);
  }

  warn(html, begin) {
    this.refuse(this.card.put(html), [["again", () => this.ask(this.expected)], ["anyway", begin]]);
  }

  refuse(message, choices = [["again", () => this.ask()]]) {
    this.rest();
    this.card.offer(message, choices);
  }

  // ── sending ──

  begin(file, first, known) {
    this.card.present(file);
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
    this.card.part("up").focus({ preventScroll: true });
  }

  go() {
    this.card.clear();
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
    this.state = name;
    this.card.show(name);
    this.awake.want(name === "sending");
    if (name === "sending") this.pace.reset();
    const notes = {
      waiting: () => this.card.say(`wait-${reason}`, { seconds, attempt }), offline: () => this.card.say("safe", { sent: size(this.stored) }),
      paused: () => this.card.say("by-you", { sent: size(this.stored) }), received: () => this.card.say("done"),
    };
    const note = notes[name]?.() ?? "";
    if (name !== "sending") this.card.note(note);
    if (isNew) this.card.announce(`${this.card.part("state").textContent.trim()}. ${note}`);
    if (name === "received") this.received();
  }

  progress(sent, total) {
    this.sent = sent;
    this.pace.note(sent);
    const left = this.left(total - sent);
    const step = this.card.percent(sent, total);
    if (step !== null) this.card.announce([this.card.say("live", { percent: step }), left].filter(Boolean).join(", "));
    const speed = this.pace.speed ? `${size(this.pace.speed)}/s` : "";
    this.card.note([this.card.say("sent", { sent: size(sent), total: size(total) }), speed, left].filter(Boolean).join(" · "));
  }

  left(bytes) {
    const rest = this.pace.secondsFor(bytes);
    if (!rest) return "";
    const time = rest < 60 ? this.card.say("seconds", { seconds: rest }) : this.card.say("minutes", { minutes: Math.floor(rest / 60), seconds: rest % 60 });
    return this.card.say("left", { time });
  }

  refused(status, sentence) {
    this.card.note("");
    const percent = this.card.part("bar").value;
    if (status === 401) {
      const row = this.card.tell("warn", this.card.say("signed-out"), this.card.say("signed-out-fix", { percent })).querySelector("div");
      row.append(this.card.word("signin"));
      return;
    }
    const mayGoOn = status === 507 || status >= 500;
    const isGone = status === 404 || status === 410;
    const [title, body] = isGone ? [this.card.say("gone"), this.card.say("gone-fix")] : [this.card.say("refused"), sentence || this.card.say("gateway", { status })];
    const message = this.card.tell("bad", title, body);
    if (mayGoOn) return; // the button is there
    this.refuse(message);
  }

  async cancel() {
    const values = { filename: this.file.name, arrived: size(this.stored) };
    if (!(await confirmed(values)) || this.state === "received") return;
    const { url } = this.transfer;
    await this.transfer.cancel();
    this.card.unfinished.find((card) => card.dataset.url === url)?.remove();
    this.rest();
    this.card.announce(this.card.say("cancelled"));
    this.input.focus();
  }

  received() {
    this.progress(this.file.size, this.file.size);
    this.card.note(this.card.say("done"));
    const detail = { uploadId: this.transfer.url.split("/").pop() };
    const goes = this.root.dispatchEvent(new CustomEvent("upload:received", { bubbles: true, cancelable: true, detail }));
    if (goes && this.root.dataset.next) location.assign(this.root.dataset.next);
  }

  // Ready to choose again; what is unfinished is there again too.
  rest() {
    this.transfer?.end();
    Object.assign(this, { transfer: null, chosen: null, state: "idle" });
    this.awake.want(false);
    this.card.rest();
  }
}

document.querySelectorAll("[data-uploader]").forEach((root) => new Uploader(root));
