// Sends files so that nothing is lost: looked at before the first byte, sent in pieces, paused, gone on with after a
// reload, tomorrow, or from another device. Without it the form beside it still posts. Here is the choosing: which file
// goes where, and whose turn it is; one file is upload-sending.js. Several go one after the other, in the order of choice.
import { Awake } from "./upload-awake.js";
import { Sending } from "./upload-sending.js";

class Uploader {
  constructor(root) {
    this.root = root;
    this.drop = root.querySelector("[data-drop]");
    this.input = root.querySelector("[data-file]");
    this.lanes = root.querySelector("[data-lanes]");
    this.pattern = this.lanes.firstElementChild.cloneNode(true); // for the second file and those after it
    this.isSingle = "single" in root.dataset;
    this.room = Number(root.dataset.room || 1);
    this.sendings = [];
    this.expected = null; // the unfinished upload that is to be gone on with
    this.awake = new Awake();
    this.token = document.querySelector("meta[name=csrf-token]")?.content ?? root.querySelector("[name=csrf_token]").value;
    this.listen();
  }

  get unfinished() { return [...this.root.querySelectorAll("[data-unfinished]")]; }

  /** Files that have or will have a place. */
  get busy() { return this.sendings.filter((one) => one.isBusy); }

  listen() {
    const { root, input, drop } = this;
    input.classList.add("vh");
    root.querySelectorAll("[data-plain]").forEach((part) => { part.hidden = true; });
    input.addEventListener("change", () => { const files = [...input.files]; input.value = ""; this.take(files); });
    input.addEventListener("cancel", () => { this.expected = null; });
    root.querySelector(`label[for="${input.id}"]`).addEventListener("click", () => { this.expected = null; }); // iPhones before iOS 16.4 tell of no cancel
    drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("is-over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("is-over");
      this.take([...event.dataTransfer.files]);
    });
    this.unfinished.forEach((card) => {
      const proceed = card.querySelector("[data-continue]");
      proceed.hidden = false;
      proceed.addEventListener("click", () => this.ask(card));
    });
    addEventListener("beforeunload", (event) => { if (this.busy.some((one) => one.isGoing || one.isQueued)) event.preventDefault(); });
  }

  ask(expected = null) {
    this.expected = expected;
    this.input.click();
  }

  /** Send as many as there are places for; of the others it is said by name that they were left out. */
  async take(files) {
    const expected = files.length === 1 ? this.expected : null;
    this.expected = null;
    const left = this.room - this.busy.length;
    if (!files.length || (this.isSingle && left < 1)) return; // one at a time
    this.sayLeftOut(files.slice(left));
    for (const file of files.slice(0, left)) this.sendings.push(new Sending(this, this.lane(), file, expected));
    this.arrange();
    for (const one of this.sendings.filter((sending) => sending.isNew)) await one.choose(); // one after the other: phones are small
  }

  sayLeftOut(files) {
    const place = this.root.querySelector("[data-over]");
    place.replaceChildren();
    if (!files.length) return;
    const names = files.map((file) => file.name).join(this.say("between"));
    const message = this.word("warn");
    const [title, body] = message.querySelectorAll("p");
    title.textContent = this.say(this.room > 1 ? "over" : "over-one", { room: this.room });
    body.textContent = this.say("over-fix", { names });
    place.append(message);
  }

  /** A place on the page for one more file. */
  lane() {
    const free = [...this.lanes.children].find((lane) => !this.sendings.some((one) => one.lane === lane));
    const lane = this.pattern.cloneNode(true);
    if (free) free.replaceWith(lane); // with the messages of an earlier one
    else this.lanes.append(lane);
    return lane;
  }

  // ── whose turn it is ──

  /** Something changed: show what fits, let the next one go, and go on when all is done. */
  arrange() {
    const { busy } = this;
    this.drop.hidden = busy.length >= this.room;
    this.unfinished.forEach((card) => { card.hidden = this.isSingle ? busy.length > 0 : busy.some((one) => one.known === card.dataset.url); });
    this.awake.want(busy.some((one) => one.isGoing));
    this.meanwhile(busy.some((one) => !one.isReceived));
    if (!busy.some((one) => one.isGoing)) busy.find((one) => one.isQueued)?.go();
    if (busy.length && busy.every((one) => one.isReceived)) this.finish();
  }

  // Leaving the page stops the sending, so what can be done meanwhile opens beside it.
  meanwhile(isBusy) {
    document.querySelectorAll("a[data-meanwhile]").forEach((link) => { if (isBusy) link.target = "_blank"; else link.removeAttribute("target"); });
  }

  /** Go to what was received; with something left to read here, only when it was read. */
  finish() {
    const { next } = this.root.dataset;
    if (!next || this.isKept) return;
    const isOpen = (lane) => !this.sendings.some((one) => one.lane === lane) && lane.querySelector("[data-messages] > *");
    if (!this.isSingle && (this.root.querySelector("[data-over] > *") || [...this.lanes.children].some(isOpen))) {
      this.root.querySelector("[data-finished]").hidden = false;
      return;
    }
    location.assign(next);
  }

  /** Leave a lane that nothing is sent from any more; what it says stays until the next choice. */
  leave(sending) {
    this.sendings = this.sendings.filter((one) => one !== sending);
    this.arrange();
  }

  // ── what all share ──

  word(name) { return document.querySelector(`template[data-word="${name}"]`).content.firstElementChild.cloneNode(true); }

  say(name, values = {}) {
    const text = document.querySelector(`[data-say="${name}"]`).textContent;
    return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  }

  sign(request) { request.setHeader("X-CSRFToken", this.token); }

  async renew() {
    try {
      const answer = await fetch(this.root.dataset.token, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      this.token = (await answer.json()).token;
    } catch { /* the next try says what is wrong */ }
  }
}

document.querySelectorAll("[data-uploader]").forEach((root) => new Uploader(root));
