// Carries one file to the server, whatever the line does. It shows nothing: it tells the page what happens by `on`.
//   on.state(name, {reason, seconds, attempt})   sending, waiting, offline, paused, stopped, received
//   on.progress(sent, total)                     bytes handed over; on.stored(bytes): bytes the server has confirmed
//   on.refused(status, sentence)                 it will not be taken: 401, 404, 410, 413, 507...
// Waiting has a reason: line, stalled, server, elsewhere, busy.
import "../vendor/tus-js-client/tus.min.js";

const { Upload } = window.tus;
const LARGEST = 8 * 1024 * 1024;
const SMALLEST = 256 * 1024;
const QUICK_MS = 5000;
const WAITS_S = [2, 4, 8, 16, 30];
const STALLED_MS = 30_000; // a phone that changed its network may wait for an answer for ever
const ANSWER_MS = 90_000; // all of a piece is handed over, but a slow line still empties its buffers
const UNHEARD_MS = 10_000;
const OFFLINE_MS = 15_000; // browsers are sometimes wrong about being offline, most of all on an intranet

/** Give up an upload on the server without having its file. */
export function giveUp(url, sign) {
  return Upload.terminate(url, { onBeforeRequest: sign, retryDelays: [1000] }).catch(() => {});
}

export class Transfer {
  // known: the address of an unfinished upload of the same file. find: asks the server for one, after a lost answer.
  constructor(file, { endpoint, known, metadata, sign, renew, find, on }) {
    Object.assign(this, { file, sign, renew, find, on, state: "idle", tries: 0, piece: LARGEST, most: LARGEST, stored: 0 });
    this.upload = new Upload(file, {
      metadata,
      endpoint: known ? null : endpoint,
      uploadUrl: known ?? null,
      chunkSize: LARGEST,
      retryDelays: null, // we count down visibly ourselves
      storeFingerprintForResuming: false, // the server knows what is unfinished
      // From here on a refusal is to be told, and not to be answered with a second upload of the same file.
      onUploadUrlAvailable: () => { this.upload.options.endpoint = null; },
      onBeforeRequest: (request) => this.before(request),
      onAfterResponse: (_request, answer) => this.heard(answer),
      onProgress: (sent, total) => this.progressed(sent, total),
      onChunkComplete: () => this.pieceStored(),
      onSuccess: () => this.received(),
      onError: (error) => this.failed(error),
    });
    this.heeds = new AbortController();
    const heed = (target, event, does) => target.addEventListener(event, does, { signal: this.heeds.signal });
    heed(window, "offline", () => { if (this.isGoing) this.wait("line"); });
    heed(window, "online", () => { if (this.isWaiting) this.go(); });
    heed(document, "visibilitychange", () => this.woken());
    heed(window, "pageshow", () => this.woken());
  }

  get url() { return this.upload.url; }
  get isGoing() { return this.state === "sending"; }
  get isWaiting() { return this.state === "waiting" || this.state === "offline"; }

  async go() {
    this.halt();
    this.state = "sending";
    this.on.state("sending", {});
    if (!this.url && this.tries) { // our first request may have got there although its answer did not
      const found = await this.find().catch(() => null);
      if (this.state !== "sending") return;
      if (found) this.upload.options.uploadUrl = found;
    }
    this.upload.options.chunkSize = this.piece;
    this.beganAt = performance.now();
    this.listen(STALLED_MS);
    this.upload.start();
  }

  pause() {
    this.halt();
    this.state = "paused";
    this.on.state("paused", {});
  }

  /** Give it up, here and on the server; what the server does not hear of expires there by itself. */
  async cancel() {
    this.end();
    if (this.url) await giveUp(this.url, (request) => this.sign(request));
  }

  /** Leave off for good. */
  end() {
    this.halt();
    this.heeds.abort();
    this.state = "ended";
  }

  // ── what happens ──

  before(request) {
    this.sign(request);
    // Safari now and then aborts a request by itself, and tells nobody.
    const aborted = () => { if (this.request === request && this.isGoing) this.wait("line"); };
    request.getUnderlyingObject().addEventListener("abort", aborted);
    this.request = request;
  }

  progressed(sent, total) {
    if (!this.isGoing) return;
    this.listen(sent < total && sent < this.stored + this.piece ? STALLED_MS : ANSWER_MS);
    this.on.progress(sent, total);
  }

  // Only what the server says is stored, however much went into the line.
  heard(answer) {
    const offset = answer.getHeader("Upload-Offset");
    if (offset === null || offset === undefined) return;
    this.stored = Number(offset);
    this.on.stored(this.stored);
  }

  pieceStored() {
    this.tries = 0;
    this.isRenewed = false;
    const took = performance.now() - this.beganAt;
    this.beganAt = performance.now();
    if (took < QUICK_MS) this.piece = Math.min(this.most, this.piece * 2);
    this.upload.options.chunkSize = this.piece;
  }

  listen(ms) {
    clearTimeout(this.silence);
    this.heardAt = performance.now();
    this.silence = setTimeout(() => { if (this.isGoing) this.wait("stalled"); }, ms);
  }

  // The screen is on again, or the page is: what was sent meanwhile may have gone nowhere.
  woken() {
    if (document.hidden) return;
    if (this.isWaiting) this.go();
    else if (this.isGoing && performance.now() - this.heardAt > UNHEARD_MS) this.go();
  }

  async failed(error) {
    if (!this.isGoing) return;
    const answer = error.originalResponse;
    const status = answer?.getStatus() ?? 0;
    const sentence = sentenceOf(answer);
    if (status === 423) this.wait("elsewhere");
    else if (status === 429) this.wait("busy", Number(answer.getHeader("Retry-After")) || 0);
    else if (status === 0 || status === 408) this.wait("line");
    else if ((status === 409 && this.url) || status === 460) this.wait("line");
    else if ([502, 503, 504].includes(status)) this.wait("server");
    else if (status === 413 && !sentence && this.piece > SMALLEST) this.smaller();
    else if ([403, 405, 501].includes(status) && !sentence && !this.upload.options.overridePatchMethod) this.byPost();
    else if (status === 400 && !this.isRenewed) await this.renewed();
    else {
      this.isRenewed = false; // after signing in again there is another token
      this.halt();
      this.state = "stopped";
      this.on.state("stopped", {});
      this.on.refused(status, sentence);
    }
  }

  // A gateway, and not our server, which says why: smaller pieces may pass it.
  smaller() {
    this.piece = this.most = this.piece / 2;
    this.go();
  }

  // Some gateways let only GET and POST through.
  byPost() {
    this.upload.options.overridePatchMethod = true;
    this.go();
  }

  async renewed() {
    this.isRenewed = true;
    await this.renew();
    if (this.isGoing) this.go();
  }

  wait(reason, least = 0) {
    this.halt();
    if (reason === "line" || reason === "stalled") this.piece = Math.max(SMALLEST, this.piece / 2);
    const attempt = (this.tries += 1);
    if (!navigator.onLine) {
      this.state = "offline";
      this.on.state("offline", {});
      this.timer = setTimeout(() => this.go(), OFFLINE_MS);
      return;
    }
    this.state = "waiting";
    let seconds = Math.max(least, WAITS_S[Math.min(attempt, WAITS_S.length) - 1]);
    const tick = () => {
      if (seconds <= 0) { this.go(); return; }
      this.on.state("waiting", { reason, seconds, attempt });
      seconds -= 1;
      this.timer = setTimeout(tick, 1000);
    };
    tick();
  }

  // Nothing of ours runs any more.
  halt() {
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    this.request = null;
    this.upload.abort();
  }

  received() {
    clearTimeout(this.silence);
    this.heeds.abort();
    this.state = "received";
    this.on.state("received", {});
  }
}

function sentenceOf(answer) {
  try { return JSON.parse(answer.getBody()).error.message; } catch { return ""; }
}
