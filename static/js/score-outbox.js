// Marks that wait on this device, of works whose page is not open: sent from any page of the judge's desk.
//
// A page on which a ballot is being typed answers for it on the channel; nobody else may send that one meanwhile, or the
// page would find its own marks changed "in another place".
import { put, same, store } from "./score-server.js";

const ANSWER_MS = 250;
const channel = "BroadcastChannel" in window ? new BroadcastChannel("score") : null;

// The bench says which ballot it holds.
export const hold = key => {
  channel?.addEventListener("message", event => { if (event.data?.who === key) channel.postMessage({ here: key }); });
};
const isHeld = key => new Promise(resolve => {
  if (!channel) { resolve(false); return; }
  const hear = event => { if (event.data?.here === key) done(true); };
  const done = held => { channel.removeEventListener("message", hear); resolve(held); };
  channel.addEventListener("message", hear);
  channel.postMessage({ who: key });
  setTimeout(() => done(false), ANSWER_MS);
});

const box = document.querySelector("[data-outbox]");
const codes = new Map([...document.querySelectorAll("[data-own]")].map(line => [line.dataset.own, line.dataset.code]));
const at = (address, id) => address.replace(/\/0(?=\/|$)/, `/${id}`);

const say = (title, ids) => {
  const shown = ids.filter(id => codes.has(id)); // another judge may have sat at this device
  if (!shown.length) return;
  box.hidden = false;
  box.querySelector(".msg__t").textContent = title;
  box.querySelector("[data-outbox-list]").replaceChildren(...shown.map(id => {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = at(box.dataset.page, id);
    link.textContent = box.dataset.tLook.replace("{code}", codes.get(id));
    line.append(link);
    return line;
  }));
};

const sendOne = async key => {
  const kept = store.kept(key);
  if (!kept?.marks || (await isHeld(key))) return "held";
  const said = await put(at(box.dataset.url, store.idOf(key)), kept);
  // Typed anew while it was on its way: then what is kept is newer than what was saved.
  if (said.state !== "saved" || !same(kept, said) || !same(kept, store.kept(key) ?? kept)) return said.status === 404 ? "foreign" : "waiting";
  store.drop(key);
  return "sent";
};

let running = false;
export const sendAll = async (but = "") => {
  const keys = store.keys().filter(key => key !== but);
  if (!box || running || !keys.length) return;
  running = true;
  const went = { sent: [], waiting: [] };
  for (const key of keys) {
    // One after the other: the network has just come back, and the server has others to answer.
    const how = await sendOne(key).catch(() => "waiting");
    went[how]?.push(store.idOf(key));
  }
  running = false;
  if (went.waiting.length) say(box.dataset.tWaiting, went.waiting);
  else if (went.sent.length) say(box.dataset.tSent, went.sent);
};

const here = document.querySelector("form[data-score]")?.dataset.keep ?? "";
if (box) {
  sendAll(here);
  window.addEventListener("online", () => sendAll(here));
}
