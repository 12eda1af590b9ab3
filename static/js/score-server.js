// Saving a ballot, for the bench and for what waits on this device: one question, one answer that can be trusted.
//
// Nothing is believed but the server's own acknowledgement: JSON that echoes the request's number and says what is
// kept. A page from a hotel's network with status 200 is not one.

const number = () => crypto.randomUUID?.() ?? String(Math.random());
const token = () => document.querySelector("meta[name='csrf-token']");

const send = (url, body) => fetch(url, {
  method: "PUT",
  credentials: "same-origin",
  redirect: "error",
  keepalive: true, // the page may be closing
  headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token()?.content ?? "" },
  body: JSON.stringify(body),
});

// Who signed in again in another tab has a new token there; the page's own is of the old session.
const renewToken = async () => {
  const answer = await fetch("/form-token", { credentials: "same-origin", redirect: "error", headers: { Accept: "application/json" } });
  const said = await answer.json();
  const fresh = Boolean(said.token) && said.token !== token()?.content;
  if (fresh && token()) token().content = said.token;
  return fresh;
};

const json = async answer => {
  if (!(answer.headers.get("Content-Type") ?? "").startsWith("application/json")) return null;
  try { return await answer.json(); } catch { return null; }
};

// Throws when nobody of ours answered: keep what there is, and ask again later.
export const put = async (url, kept, again = true) => {
  const asked = number();
  const answer = await send(url, { ...kept, request: asked });
  const said = await json(answer);
  if (answer.status === 401) return { state: "signed-out" };
  if (answer.status === 400 && said?.error && again && (await renewToken())) return put(url, kept, false);
  // `error` is how the service itself refuses what never reached the ballot, such as a role that was taken back.
  if (said?.error && answer.status < 500 && answer.status !== 429) return { state: "refused", reason: said.error.message, status: answer.status };
  if (said === null || said.request !== asked) throw new Error("not an answer of ours");
  return { ...said, status: answer.status };
};

// A small fact that may be lost, such as what was watched.
export const mention = (url, body) => send(url, body).catch(() => { /* the next one says it again */ });

// ── what this device keeps ──
const PREFIX = "ballot-";
export const store = {
  keep(key, what) {
    try { localStorage.setItem(key, JSON.stringify(what)); return true; } catch { return false; }
  },
  kept(key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  },
  drop(key) {
    try { localStorage.removeItem(key); } catch { /* storage is blocked: nothing was kept */ }
  },
  keys() {
    try { return Object.keys(localStorage).filter(key => /^ballot-\d+$/.test(key)); } catch { return []; }
  },
  idOf: key => key.slice(PREFIX.length),
};

// ── a mark as text and in hundredths; null is no mark, and not zero ──
export const read = text => {
  const [, whole, rest = ""] = String(text ?? "").normalize("NFKC").trim().match(/^(\d{1,6})(?:\.(\d{0,2}))?$/) || [];
  return whole === undefined ? null : Number(whole) * 100 + Number(rest.padEnd(2, "0"));
};
export const write = hundredths => String(hundredths / 100);

const plain = text => (text ?? "").trim().replaceAll("\r\n", "\n");
// Whether two states of a ballot say the same. Copies of before there were notes have none.
export const same = (one, other) => {
  const ids = new Set([...Object.keys(one.marks), ...Object.keys(other.marks)]);
  return [...ids].every(id => read(one.marks[id]) === read(other.marks[id]))
    && plain(one.comment) === plain(other.comment) && plain(one.note) === plain(other.note);
};
