// What goes with the film of a work: notes that name moments, and which seconds were on. Both are the judge's own.
import { mention } from "./score-server.js";

const TELL_MS = 20_000;
const MOMENT = /(?<![\d:])(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)(?![\d:])/g;

const film = () => document.querySelector("[data-player] video");
const written = seconds => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds) % 60).padStart(2, "0")}`;

// ── moments in the notes become buttons that jump there; the player listens to data-seek ──
export const useNotes = changed => {
  const list = document.querySelector("[data-times]");
  const area = document.querySelector("textarea[name=note]");
  const button = document.querySelector("[data-note-time]");
  if (!list || !film()) return null;
  const show = () => {
    const text = area ? area.value : list.dataset.times;
    const found = [...text.matchAll(MOMENT)].map(([, hours = 0, minutes, seconds]) => Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
    const moments = [...new Set(found)].sort((one, other) => one - other);
    list.hidden = !moments.length;
    list.replaceChildren(...moments.map(moment => {
      const line = document.createElement("li");
      const jump = document.createElement("button");
      jump.type = "button";
      jump.className = "btn btn--sm num";
      jump.dataset.seek = String(moment);
      jump.textContent = written(moment);
      jump.setAttribute("aria-label", list.dataset.tJump.replace("{time}", written(moment)));
      line.append(jump);
      return line;
    }));
  };
  show();
  if (!area) return null;
  area.addEventListener("input", show);
  const insert = () => {
    const { selectionStart: at, value } = area;
    const before = value.slice(0, at);
    const text = `${before === "" || before.endsWith("\n") ? "" : "\n"}${written(film().currentTime)} `;
    area.focus();
    area.setRangeText(text, at, area.selectionEnd, "end");
    show();
    changed();
  };
  if (button) {
    button.hidden = false;
    button.addEventListener("click", insert);
    film().addEventListener("timeupdate", () => { button.querySelector("[data-note-at]").textContent = written(film().currentTime); });
  }
  return { show, insert };
};

// ── which seconds were on, told now and then; the server adds them to what it knows ──
export const useWatched = () => {
  const box = document.querySelector("[data-watched]");
  if (!box || document.querySelectorAll("[data-player]").length !== 1) return;
  const length = Number(box.dataset.length);
  const seconds = new Uint8Array(length);
  for (const [from, to] of JSON.parse(box.dataset.spans)) seconds.fill(1, from, to);
  let told = true;
  const spans = () => {
    const found = [];
    seconds.forEach((on, at) => {
      if (!on) return;
      const last = found.at(-1);
      if (last?.[1] === at) last[1] = at + 1; else found.push([at, at + 1]);
    });
    return found;
  };
  const draw = () => {
    const ground = box.querySelector(".w0");
    const bars = spans().map(([from, to]) => {
      const bar = document.createElementNS(ground.namespaceURI, "rect");
      const set = { class: "w1", x: (from / length) * 1000, width: ((to - from) / length) * 1000, height: 10 };
      for (const [name, value] of Object.entries(set)) bar.setAttribute(name, String(value));
      return bar;
    });
    box.querySelector("svg").replaceChildren(ground, ...bars);
    const share = Math.floor((seconds.reduce((all, on) => all + on, 0) / length) * 100);
    box.querySelector("[data-watched-text]").textContent = box.dataset.tShare.replace("{share}", String(share));
  };
  const tell = () => {
    if (told) return;
    told = true;
    mention(box.dataset.url, { watched: spans().slice(0, 500) });
  };
  const video = film();
  video.addEventListener("timeupdate", () => {
    const at = Math.floor(video.currentTime);
    if (video.paused || at >= length || seconds[at]) return;
    seconds[at] = 1;
    told = false;
    draw();
  });
  for (const name of ["pause", "ended"]) video.addEventListener(name, tell);
  setInterval(tell, TELL_MS);
  addEventListener("pagehide", tell);
  draw();
};

// ── the next work: its picture and the list of its parts wait in the browser's cache, never the film itself ──
export const fetchAhead = () => {
  const next = document.querySelector("[data-ahead]");
  if (!next || navigator.connection?.saveData) return;
  const go = () => {
    if (next.dataset.picture) new Image().src = next.dataset.picture;
    if (next.dataset.parts) fetch(next.dataset.parts, { credentials: "same-origin", priority: "low" }).catch(() => { /* it will be fetched when it is wanted */ });
  };
  if (document.readyState === "complete") go(); else addEventListener("load", go, { once: true });
};
