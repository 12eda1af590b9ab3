// Sends one file so that nothing is lost: pieces of 8 MiB, pause, countdown between tries, going on after a reload,
// tomorrow, or with a file that the phone has copied anew. Without it the form beside it still posts. Every sentence
// comes from the page (templates/uploads/_uploader.html), where it is translated.
import "../vendor/tus-js-client/tus.min.js";

const { Upload } = window.tus;
const MIB = 1024 * 1024;
const WAITS_S = [2, 4, 8, 16, 30];
const STALLED_S = 30; // a phone that changed its network may wait for an answer for ever
const GRACE_MS = 100; // sound runs on a little behind the pictures; the server measures exactly

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
    this.limits = { kind: root.dataset.kind, bytes: Number(root.dataset.maxBytes), ms: Number(root.dataset.maxLengthMs || 0) };
    this.expected = null; // the unfinished upload that is to be gone on with
    this.state = "idle";
    this.token = document.querySelector("meta[name=csrf-token]")?.content ?? root.querySelector("[name=csrf_token]").value;
    this.listen();
  }

  listen() {
    const { root, input } = this;
    input.classList.add("vh");
    root.querySelectorAll("[data-plain]").forEach((part) => { part.hidden = true; });
    input.addEventListener("change", () => { if (input.files[0]) this.choose(input.files[0]); input.value = ""; });
    const drop = this.part("drop");
    drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("is-over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("is-over");
      if (event.dataTransfer.files[0]) this.choose(event.dataTransfer.files[0]);
    });
    root.querySelectorAll("[data-unfinished]").forEach((section) => this.offer(section));
    const acts = { resume: () => this.go(), retry: () => this.go(), pause: () => this.pause(), cancel: () => this.cancel(), replace: () => this.reset() };
    root.querySelectorAll("[data-do]").forEach((button) => button.addEventListener("click", acts[button.dataset.do]));
    addEventListener("offline", () => { if (this.isBusy()) this.wait("offline"); });
    addEventListener("online", () => { if (["offline", "retrying"].includes(this.state)) this.go(); });
    addEventListener("beforeunload", (event) => { if (this.state === "uploading") event.preventDefault(); });
  }

  offer(section) {
    const proceed = section.querySelector("[data-continue]");
    const discard = section.querySelector("[data-discard]");
    proceed.hidden = discard.hidden = false;
    proceed.addEventListener("click", () => { this.expected = section; this.input.click(); });
    discard.addEventListener("click", async () => {
      section.remove();
      if (this.expected === section) this.expected = null;
      await Upload.terminate(section.dataset.url, { onBeforeRequest: (request) => this.sign(request), retryDelays: [1000] }).catch(() => {});
      this.input.click();
    });
  }

  sign(request) { request.setHeader("X-CSRFToken", this.token); }

  // ── before the first byte ──

  async choose(file, { anyway = false } = {}) {
    this.part("messages").replaceChildren();
    const wrong = this.plainFault(file) ?? (anyway ? null : await this.lengthFault(file));
    if (wrong) { this.refuse(wrong, file); return; }
    const known = await this.unfinishedOf(file);
    if (this.expected && known !== this.expected) {
      this.refuse({ title: this.say("other"), body: this.say("other-fix") }, file);
      return;
    }
    this.begin(file, known);
  }

  plainFault(file) {
    const { kind, bytes } = this.limits;
    const general = file.type.split("/")[0];
    const wanted = kind === "video" ? "video" : "image";
    if (!file.size) return { title: this.say("empty"), body: this.say("empty-fix") };
    if (file.size > bytes) return { title: this.say("large", { size: size(file.size), limit: size(bytes) }), body: this.say(`large-fix-${kind}`) };
    // Some browsers know no type for HEIC or MKV; then the server finds out.
    if (general && general !== wanted) return { title: this.say(`type-${kind}`), body: this.say(`type-fix-${kind}`) };
    return null;
  }

  // What a file says of its length can be wrong, so the person may send it all the same; the server measures.
  async lengthFault(file) {
    if (this.limits.kind !== "video" || !this.limits.ms) return null;
    const ms = await this.lengthOf(file);
    if (!(ms > this.limits.ms + GRACE_MS)) return null;
    const over = Math.ceil((ms - this.limits.ms) / 1000);
    const title = this.say("long", { length: clock(ms), over: over < 60 ? this.say("seconds", { seconds: over }) : clock(over * 1000) });
    return { title, body: this.say("long-fix", { limit: clock(this.limits.ms) }), anyway: true };
  }

  lengthOf(file) {
    const video = document.createElement("video");
    const address = URL.createObjectURL(file);
    return new Promise((resolve) => {
      const answer = () => { clearTimeout(timer); URL.revokeObjectURL(address); resolve(Number.isFinite(video.duration) ? video.duration * 1000 : 0); };
      const timer = setTimeout(answer, 3000);
      video.preload = "metadata";
      video.onloadedmetadata = video.onerror = answer;
      video.src = address;
    });
  }

  // The same file by size and, where the browser can hash, by its first MiB; phones rename and copy what is chosen.
  async unfinishedOf(file) {
    const same = [...this.root.querySelectorAll("[data-unfinished]")].filter((one) => Number(one.dataset.bytes) === file.size);
    if (!same.length || !globalThis.crypto?.subtle) return same[0] ?? null;
    const digest = await crypto.subtle.digest("SHA-256", await file.slice(0, MIB).arrayBuffer());
    const first = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return same.find((one) => !one.dataset.first || one.dataset.first === first) ?? null;
  }

  refuse({ title, body, anyway = false }, file) {
    const message = this.tell("bad", title, body);
    const row = document.createElement("div");
    row.className = "row";
    row.append(this.word("again"));
    if (anyway) row.append(this.word("anyway"));
    message.querySelector("div").append(row);
    row.querySelector("[data-again]").addEventListener("click", () => this.input.click());
    row.querySelector("[data-anyway]")?.addEventListener("click", () => this.choose(file, { anyway: true }));
  }

  // ── sending ──

  async begin(file, known) {
    this.file = file;
    this.tries = 0;
    this.sent = 0;
    this.part("drop").hidden = true;
    this.root.querySelectorAll("[data-unfinished]").forEach((section) => { section.hidden = true; });
    const up = this.part("up");
    up.hidden = false;
    up.setAttribute("aria-label", file.name);
    this.part("name").textContent = file.name;
    this.part("about").textContent = size(file.size);
    this.upload = new Upload(file, {
      endpoint: known ? null : this.root.dataset.endpoint,
      uploadUrl: known?.dataset.url ?? null,
      chunkSize: 8 * MIB,
      retryDelays: null, // we count down visibly ourselves
      removeFingerprintOnSuccess: true,
      metadata: { filename: file.name, filetype: file.type, purpose: this.root.dataset.purpose },
      onBeforeRequest: (request) => this.sign(request),
      // From here on a refusal is to be told, and not to be answered with a second upload of the same file.
      onUploadUrlAvailable: () => { this.upload.options.endpoint = null; },
      onProgress: (sent, total) => this.progress(sent, total),
      onSuccess: () => this.received(),
      onError: (error) => this.failed(error),
    });
    if (!known) {
      const [before] = await this.upload.findPreviousUploads();
      if (before?.metadata?.purpose === this.root.dataset.purpose) this.upload.resumeFromPreviousUpload(before);
    }
    this.go();
  }

  go() {
    clearInterval(this.countdown);
    this.part("messages").replaceChildren();
    this.show("uploading", { buttons: ["pause", "cancel"], bar: "light" });
    this.beganAt = performance.now();
    this.beganFrom = null;
    this.heard();
    this.upload.start();
  }

  heard() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => { if (this.state === "uploading") this.wait("retrying"); }, STALLED_S * 1000);
  }

  progress(sent, total) {
    if (this.state !== "uploading") return;
    if (sent > this.sent) { this.tries = 0; this.heard(); }
    this.sent = sent;
    this.beganFrom ??= sent;
    const percent = Math.floor((sent * 100) / total);
    const bar = this.part("bar");
    if (Math.floor(percent / 10) !== Math.floor(bar.value / 10)) this.part("live").textContent = this.say("live", { percent });
    bar.value = percent;
    bar.textContent = this.part("percent").textContent = `${percent}%`;
    this.note([this.say("sent", { sent: size(sent), total: size(total) }), this.left(sent, total)].filter(Boolean).join(" · "));
  }

  left(sent, total) {
    const seconds = (performance.now() - this.beganAt) / 1000;
    const speed = (sent - this.beganFrom) / seconds;
    if (seconds < 3 || speed <= 0) return ""; // a guess that jumps about is worse than none
    const rest = Math.ceil((total - sent) / speed);
    const time = rest < 60 ? this.say("seconds", { seconds: rest }) : this.say("minutes", { minutes: Math.floor(rest / 60), seconds: rest % 60 });
    return this.say("left", { time });
  }

  pause() {
    clearInterval(this.countdown);
    this.upload.abort();
    this.show("paused", { buttons: ["resume", "cancel"], bar: "" });
    this.note(this.say("by-you"));
  }

  wait(why) {
    clearInterval(this.countdown);
    this.upload.abort();
    if (why === "offline" || !navigator.onLine) {
      this.show("offline", { buttons: ["retry", "pause"], bar: "warn" });
      this.note(this.say("safe", { sent: size(this.sent) }));
      return;
    }
    let seconds = WAITS_S[Math.min(this.tries, WAITS_S.length - 1)];
    const attempt = ++this.tries;
    this.show("retrying", { buttons: ["retry", "pause", "cancel"], bar: "warn" });
    const tick = () => { if (seconds === 0) this.go(); else this.note(this.say("wait", { seconds: seconds--, attempt })); };
    tick();
    this.countdown = setInterval(tick, 1000);
  }

  async failed(error) {
    const answer = error.originalResponse;
    const status = answer?.getStatus() ?? 0;
    if (!this.isBusy()) return;
    if (status === 0 || status === 409 && this.upload.url || [423, 460, 502, 503, 504].includes(status)) { this.wait("retrying"); return; }
    if (status === 400 && !this.renewed) { this.renewed = true; await this.renewToken(); this.go(); return; }
    this.show("stopped", { buttons: status === 401 || status >= 500 ? ["resume", "cancel"] : ["replace"], bar: "bad" });
    this.note("");
    if (status === 401) {
      this.renewed = false; // the next session has another token
      this.tell("warn", this.say("signed-out"), this.say("signed-out-fix", { percent: this.part("bar").value })).querySelector("div").append(this.word("signin"));
    } else if ([404, 410].includes(status)) this.tell("bad", this.say("gone"), this.say("gone-fix"));
    else this.tell("bad", this.say("refused"), sentence(answer));
  }

  async renewToken() {
    try {
      const answer = await fetch(this.root.dataset.token, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      this.token = (await answer.json()).token;
    } catch { /* the next try says what is wrong */ }
  }

  async cancel() {
    if (!confirm(this.say("cancel"))) return;
    clearInterval(this.countdown);
    this.state = "cancelled";
    await this.upload.abort(true).catch(() => {}); // what the server did not hear of expires there by itself
    this.reset();
  }

  received() {
    clearTimeout(this.silence);
    this.progress(this.file.size, this.file.size);
    this.show("received", { buttons: [], bar: "ok" });
    this.note(this.say("done"));
    const detail = { uploadId: this.upload.url.split("/").pop() };
    const goes = this.root.dispatchEvent(new CustomEvent("upload:received", { bubbles: true, cancelable: true, detail }));
    if (goes && this.root.dataset.next) location.assign(this.root.dataset.next);
  }

  reset() {
    clearInterval(this.countdown);
    clearTimeout(this.silence);
    this.state = "idle";
    this.expected = null;
    this.part("up").hidden = true;
    this.part("bar").value = 0;
    this.part("drop").hidden = false;
    this.input.focus();
  }

  // ── saying and showing ──

  isBusy() { return ["uploading", "retrying", "offline"].includes(this.state); }

  show(state, { buttons, bar }) {
    this.state = state;
    this.part("state").replaceChildren(this.word(state));
    this.part("bar").className = bar ? `bar bar--${bar}` : "bar";
    this.root.querySelectorAll("[data-do]").forEach((button) => { button.hidden = !buttons.includes(button.dataset.do); });
  }

  note(text) { this.part("sent").textContent = text; }

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

function sentence(answer) {
  try { return JSON.parse(answer.getBody()).error.message; } catch { return ""; }
}

document.querySelectorAll("[data-uploader]").forEach((root) => new Uploader(root));
