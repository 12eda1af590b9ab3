// The judge's bench: sliders and keys for the form's fields, and saving by itself.
//
// The form works without this. What the server has not acknowledged stays on this device and is sent again.
import { fetchAhead, useNotes, useWatched } from "./score-film.js";
import { useKeys } from "./score-keys.js";
import { hold } from "./score-outbox.js";
import { put as ask, read, same, store, write } from "./score-server.js";
import { useSpread } from "./score-spread.js";

const WAIT_MS = 800;
const AGAIN_S = [2, 4, 8, 16, 30];

const form = document.querySelector("form[data-score]");
useWatched();
fetchAhead();
if (form && "locked" in form.dataset) {
  useNotes(() => {});
  tellWhatIsLeft();
} else if (form) {
  const t = form.dataset;
  const crits = [...form.querySelectorAll("[data-crit]")].map(box => ({
    box,
    id: box.dataset.crit,
    name: box.querySelector("b").lastChild.data.trim(),
    weight: Number(box.dataset.weight),
    max: Number(box.dataset.max),
    field: box.querySelector(".crit__n"),
    range: box.querySelector(".rng"),
    bands: [...box.querySelectorAll("[data-bands] span")],
  }));
  const comment = document.querySelector("textarea[name=comment]");
  const note = document.querySelector("textarea[name=note]");
  const revision = form.elements.namedItem("revision");
  const saved = document.querySelector("[data-saved]");
  const conflict = form.querySelector("[data-conflict]");

  const fits = (crit, value) => value >= 0 && value <= crit.max && value % Number(crit.range.step) === 0;

  const show = crit => {
    const value = read(crit.field.value);
    const unset = value === null;
    crit.box.classList.toggle("crit--unset", unset);
    crit.range.classList.toggle("is-unset", unset);
    if (!unset) crit.range.value = String(value);
    crit.range.style.setProperty("--p", unset ? "50%" : `${(Math.min(value, crit.max) / crit.max) * 100}%`);
    crit.range.setAttribute("aria-valuetext", unset ? t.tUnset : `${write(value)} / ${write(crit.max)}`);
    const band = unset ? -1 : Math.min(3, Math.floor((value / crit.max) * 4));
    crit.bands.forEach((word, at) => word.classList.toggle("on", at === band));
  };
  const rank = useSpread(t.tRank);
  const total = () => {
    const scored = crits.filter(crit => read(crit.field.value) !== null);
    // A display; the server computes the real one in exact fractions.
    const sum = scored.reduce((all, crit) => all + (read(crit.field.value) * crit.weight) / crit.max, 0);
    form.querySelector("[data-total]").textContent = scored.length ? String(Math.round(sum + 1e-6) / 100) : "–";
    const left = crits.length - scored.length;
    rank(left ? null : sum);
    form.querySelector("[data-left]").textContent = left
      ? t.tLeft.replace("{left}", String(left)).replace("{all}", String(crits.length))
      : t.tAll;
  };
  const put = (crit, hundredths) => {
    crit.field.value = write(hundredths);
    show(crit);
    total();
    changed();
  };
  const now = crit => crits.forEach(other => other.box.classList.toggle("is-now", other === crit));

  for (const crit of crits) {
    crit.box.querySelectorAll("[data-slider], [data-bands]").forEach(part => { part.hidden = false; });
    show(crit);
    crit.range.addEventListener("input", () => put(crit, Number(crit.range.value)));
    crit.field.addEventListener("input", () => { show(crit); total(); changed(); });
    for (const part of [crit.field, crit.range]) part.addEventListener("focus", () => now(crit));
    crit.field.addEventListener("keydown", event => {
      const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (step) crit.box.querySelector(`[data-step='${step}']`).click();
      else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) (crits[crits.indexOf(crit) + 1]?.field ?? comment).focus();
      else return;
      event.preventDefault();
    });
    for (const button of crit.box.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => {
        const at = read(crit.field.value) ?? Number(crit.range.value);
        const step = read(crit.field.value) === null ? 0 : Number(button.dataset.step) * Number(crit.range.step);
        now(crit);
        put(crit, Math.max(0, Math.min(crit.max, at + step)));
      });
    }
    // A slider that was never touched stands in the middle: a click on its thumb is a mark as well.
    crit.range.addEventListener("click", () => { if (read(crit.field.value) === null) put(crit, Number(crit.range.value)); });
  }
  for (const area of [comment, note]) area?.addEventListener("input", () => changed());

  // ── what the bench holds, and what is kept on this device ──
  const held = () => ({
    marks: Object.fromEntries(crits.map(crit => [crit.id, crit.field.value.trim() === "" ? null : crit.field.value.trim()])),
    comment: comment ? comment.value : "",
    note: note ? note.value : "",
  });
  const restore = what => {
    for (const crit of crits) {
      crit.field.value = what.marks[crit.id] ?? "";
      show(crit);
    }
    if (comment) comment.value = what.comment;
    if (note && what.note !== undefined) { note.value = what.note; notes?.show(); }
    total();
  };

  const notes = useNotes(() => changed());

  // ── saving ──
  let timer = 0;
  let tries = 0;
  let running = null;
  let dirty = false;
  let stopped = false; // a conflict or a refusal waits for the judge

  const say = (state, text) => {
    saved.dataset.state = state;
    saved.querySelector("[data-saved-text]").textContent = text;
  };
  const changed = () => {
    dirty = true;
    const safe = store.keep(t.keep, { revision: Number(revision.value), ...held() });
    if (!safe) say("kept", t.tNowhere);
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(save, WAIT_MS);
  };
  const valid = () => crits.every(crit => {
    const text = crit.field.value.trim();
    return text === "" || (read(text) !== null && fits(crit, read(text)));
  });

  const save = async () => {
    clearTimeout(timer);
    if (running) { await running; if (!dirty) return; }
    if (!valid()) { say("refused", t.tRefused); return; } // the browser's own copy is kept; the form says what is wrong when sent
    const sent = held();
    dirty = false;
    say("saving", t.tSaving);
    running = ask(t.url, { revision: Number(revision.value), ...sent })
      .then(said => acknowledge(sent, said), failed)
      .finally(() => { running = null; });
    await running;
  };
  const acknowledge = (sent, said) => {
    tries = 0;
    if (said.state === "saved" && Number.isInteger(said.revision) && same(sent, said)) {
      revision.value = String(said.revision);
      if (dirty) { timer = setTimeout(save, WAIT_MS); return; }
      store.drop(t.keep);
      say("saved", t.tSaved.replace("{time}", said.saved_at));
    } else if (said.state === "conflict") {
      differ(said);
    } else {
      dirty = true;
      stopped = said.state === "refused";
      say("refused", said.state === "signed-out" ? t.tSignedOut : refusal(said));
    }
  };
  const refusal = said => `${t.tRefused}${t.tColon}${said.reason} ${store.kept(t.keep) ? t.tAndKept : ""}`;
  const failed = () => {
    dirty = true;
    say("kept", store.kept(t.keep) ? t.tKept : t.tNowhere);
    const after = AGAIN_S[Math.min(tries, AGAIN_S.length - 1)];
    tries += 1;
    timer = setTimeout(save, after * 1000);
  };
  window.addEventListener("online", () => { if (dirty && !stopped) save(); });
  window.addEventListener("focus", () => { if (dirty && !stopped) save(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && dirty && !stopped) save(); });
  window.addEventListener("beforeunload", event => {
    if (dirty && !store.kept(t.keep)) event.preventDefault(); // it would be lost
  });

  // ── a conflict: both are shown, the judge decides ──
  let there = null;
  const cell = (tag, text, numeric) => {
    const made = document.createElement(tag);
    made.textContent = text;
    if (numeric) made.className = "n";
    if (tag === "th") made.scope = "row";
    return made;
  };
  const differ = said => {
    there = said;
    stopped = true;
    dirty = true;
    const here = held();
    const rows = crits
      .filter(crit => read(here.marks[crit.id] ?? "") !== read(said.marks[crit.id] ?? ""))
      .map(crit => [crit.name, here.marks[crit.id] ?? "–", said.marks[crit.id] ?? "–", true]);
    if (here.comment.trim() !== said.comment.trim()) rows.push([t.tComment, here.comment || "–", said.comment || "–", false]);
    if (here.note.trim() !== (said.note ?? "").trim()) rows.push([t.tNote, here.note || "–", said.note || "–", false]);
    form.querySelector("[data-conflict-rows]").replaceChildren(...rows.map(([name, mine, other, numeric]) => {
      const row = document.createElement("tr");
      row.append(cell("th", name), cell("td", mine, numeric), cell("td", other, numeric));
      return row;
    }));
    say("conflict", t.tConflict);
    conflict.hidden = false;
    conflict.focus();
  };
  conflict.addEventListener("click", event => {
    const use = event.target.closest("[data-use]")?.dataset.use;
    if (!use || !there) return;
    event.preventDefault();
    revision.value = String(there.revision);
    if (use === "there") { restore(there); store.drop(t.keep); dirty = false; }
    stopped = false;
    conflict.hidden = true;
    if (use === "here") save(); else say("saved", t.tSaved.replace("{time}", there.saved_at));
    there = null;
    crits[0]?.field.focus();
  });

  // ── leaving by a button: a save that is under way ends first, so that the page does not contradict itself ──
  form.addEventListener("submit", event => {
    clearTimeout(timer);
    if (!running) return;
    event.preventDefault();
    const by = event.submitter;
    running.finally(() => form.requestSubmit(by));
  });

  // ── what this device kept from last time ──
  const before = store.kept(t.keep);
  if (before?.marks) {
    const shown = held();
    if (same(before, shown)) store.drop(t.keep);
    else if (before.revision === Number(revision.value)) { restore(before); changed(); }
    else {
      const server = { ...shown, revision: Number(revision.value), saved_at: "" };
      restore(before);
      differ(server);
    }
  }
  total();

  hold(t.keep);
  useKeys({
    crits,
    comment,
    note: notes?.insert,
    fps: Number(document.querySelector("[data-fps]")?.dataset.fps) || 25,
    submit: () => form.requestSubmit(form.querySelector("button[value='submit']")),
  });
}

// The page can only be read now. What was typed before and never arrived is still on this device, and must be said.
function tellWhatIsLeft() {
  const key = form.dataset.keep;
  const kept = store.kept(key);
  if (!kept?.marks) return;
  const lines = [...form.querySelectorAll("[data-crit]")].map(box => ({
    id: box.dataset.crit, name: box.querySelector("b").lastChild.data.trim(), value: box.querySelector(".crit__n").value,
  }));
  const left = lines.filter(({ id, value }) => read(kept.marks[id]) !== null && read(kept.marks[id]) !== read(value));
  const words = left.map(({ id, name }) => `${name}: ${kept.marks[id]}`);
  if (!words.length && !kept.comment?.trim()) { store.drop(key); return; }
  if (kept.comment?.trim()) words.push(`${form.dataset.tComment}: ${kept.comment}`);
  const box = form.querySelector("[data-left-here]");
  box.querySelector("[data-left-here-list]").replaceChildren(...words.map(text => {
    const line = document.createElement("li");
    line.textContent = text;
    return line;
  }));
  box.hidden = false;
  box.querySelector("[data-forget]").addEventListener("click", () => { store.drop(key); box.hidden = true; });
}
