// Sends requests as large as those of uploads and tells what became of them. The sentences are in templates/ops/request_test.html.
const SLOW_B_PER_S = 100 * 1000;
const PATIENCE_MS = 180_000;
const FILM_B = 230e6;
const MIB = 1024 * 1024;

class RequestTest {
  constructor(root) {
    this.root = root;
    this.token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
    this.button = root.querySelector("[data-begin]");
    this.button.hidden = false;
    this.button.addEventListener("click", () => this.begin());
  }

  async begin() {
    if (this.button.getAttribute("aria-busy")) return;
    this.button.setAttribute("aria-busy", "true");
    this.root.querySelector("[data-verdict]").replaceChildren();
    const results = [];
    for (const row of this.root.querySelectorAll("[data-size]")) results.push(await this.tryOne(row)); // one after another: each is timed
    const verdict = results.at(-1) === "failed" && results.at(0) === "failed" ? "bad" : results.every((one) => one === "whole") ? "good" : "some";
    this.root.querySelector("[data-verdict]").replaceChildren(this.root.querySelector(`[data-verdict-of=${verdict}]`).content.cloneNode(true));
    this.say(this.root.querySelector("[data-verdict] .msg__t").textContent);
    this.button.removeAttribute("aria-busy");
  }

  async tryOne(row) {
    const size = Number(row.dataset.size);
    row.querySelector("[data-remedy]").replaceChildren();
    this.show(row, "sending", "");
    const first = await this.send("PATCH", size);
    const isForbidden = !first.isWhole && [403, 405, 501].includes(first.status) && (await this.send("POST", 1024)).isWhole;
    const told = isForbidden ? await this.send("POST", size) : first;
    const result = this.resultOf(told, isForbidden);
    this.show(row, result, this.note(told));
    const remedy = this.remedyFor(told, isForbidden);
    if (remedy) row.querySelector("[data-remedy]").replaceChildren(remedy);
    this.say(`${row.querySelector("b").textContent}: ${row.querySelector("[data-state]").textContent.trim()}`);
    return result;
  }

  async send(method, size) {
    const body = new Uint8Array(size);
    for (let at = 0; at < size; at += 65536) crypto.getRandomValues(body.subarray(at, Math.min(size, at + 65536))); // nothing on the way may compress it
    const began = performance.now();
    const told = { size, status: 0, received: 0, seconds: 0, isWhole: false };
    try {
      const headers = { "Content-Type": "application/offset+octet-stream", "X-CSRFToken": this.token, Accept: "application/json" };
      const answer = await fetch(this.root.dataset.address, { method, headers, body, credentials: "same-origin", signal: AbortSignal.timeout?.(PATIENCE_MS) });
      told.status = answer.status;
      told.received = (await answer.json()).received ?? 0;
    } catch { /* no answer, or one that is not ours */ }
    told.seconds = Math.max(0.001, (performance.now() - began) / 1000);
    told.isWhole = told.status === 200 && told.received === size;
    return told;
  }

  resultOf({ isWhole, size, seconds }, isForbidden) {
    if (!isWhole) return "failed";
    if (isForbidden) return "post";
    return this.isSlow(size, seconds) ? "slow" : "whole";
  }

  isSlow(size, seconds) { return size >= MIB && size / seconds < SLOW_B_PER_S; }

  note({ isWhole, size, status, received, seconds }) {
    const speed = size / seconds / 1e6;
    if (isWhole) return this.word("took", { seconds: seconds.toFixed(seconds < 10 ? 2 : 0), speed: speed.toFixed(speed < 10 ? 1 : 0) });
    if (!status) return this.word("cut", { seconds: seconds.toFixed(1) });
    const answer = this.word("answer", { status });
    return status === 200 ? `${answer} ${this.word("partly", { received, total: size })}` : answer;
  }

  remedyFor({ isWhole, size, status, seconds }, isForbidden) {
    const names = { 0: "cut", 200: "cut", 401: "session", 400: "session", 403: "403", 404: "session", 405: "method", 408: "408", 413: "413", 502: "502", 503: "502", 504: "502" };
    if (isForbidden) return this.remedy("method");
    if (!isWhole) return this.remedy(names[status] ?? "other");
    return this.isSlow(size, seconds) ? this.remedy("slow", { minutes: Math.ceil(FILM_B / (size / seconds) / 60) }) : null;
  }

  remedy(name, values = {}) {
    const found = this.root.querySelector(`template[data-remedy-for="${name}"]`).content.cloneNode(true);
    found.querySelectorAll("p").forEach((part) => { part.textContent = fill(part.textContent, values); });
    return found;
  }

  show(row, state, note) {
    row.querySelector("[data-state]").replaceChildren(this.root.querySelector(`template[data-word=${state}]`).content.cloneNode(true));
    row.querySelector("[data-note]").textContent = note;
  }

  word(name, values) { return fill(this.root.querySelector(`[data-say="${name}"]`).textContent, values); }

  say(text) { this.root.querySelector("[data-live]").textContent = text; }
}

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);

document.querySelectorAll("[data-request-test]").forEach((root) => new RequestTest(root));
