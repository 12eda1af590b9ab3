// The judge's bench: sliders and keys for the form's fields, and saving by itself.
//
// The form works without this. Saving believes nothing but the server's own acknowledgement: JSON that echoes the
// request's number and says what is kept. A page from a hotel's network with status 200 is not a save. What is not
// acknowledged stays on this device and is sent again.
const WAIT_MS = 800;
const AGAIN_S = [2, 4, 8, 16, 30];

const form = document.querySelector("form[data-score]");
if (form) {
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
  const comment = document.querySelector("textarea[form='score']");
  const revision = form.elements.namedItem("revision");
  const saved = document.querySelector("[data-saved]");
  const conflict = form.querySelector("[data-conflict]");

  // ── marks: text in a field, hundredths in the mind; null is no mark, and not zero ──
  const read = text => {
    const [, whole, rest = ""] = text.normalize("NFKC").trim().match(/^(\d{1,6})(?:\.(\d{0,2}))?$/) || [];
    return whole === undefined ? null : Number(whole) * 100 + Number(rest.padEnd(2, "0"));
  };
  const write = hundredths => String(hundredths / 100);
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
  const total = () => {
    const scored = crits.filter(crit => read(crit.field.value) !== null);
    // A display; the server computes the real one in exact fractions.
    const sum = scored.reduce((all, crit) => all + (read(crit.field.value) * crit.weight) / crit.max, 0);
    form.querySelector("[data-total]").textContent = scored.length ? String(Math.round(sum + 1e-6) / 100) : "–";
    const left = crits.length - scored.length;
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
  comment?.addEventListener("input", () => changed());

  // ── what the bench holds, and what is kept on this device ──
  const held = () => ({
    marks: Object.fromEntries(crits.map(crit => [crit.id, crit.field.value.trim() === "" ? null : crit.field.value.trim()])),
    comment: comment ? comment.value : "",
  });
  const same = (one, other) =>
    crits.every(crit => read(one.marks[crit.id] ?? "") === read(other.marks[crit.id] ?? "")) &&
    one.comment.trim().replaceAll("\r\n", "\n") === other.comment.trim().replaceAll("\r\n", "\n");
  const store = {
    keep(what) {
      try { localStorage.setItem(t.keep, JSON.stringify(what)); return true; } catch { return false; }
    },
    kept() {
      try { return JSON.parse(localStorage.getItem(t.keep)); } catch { return null; }
    },
    drop() {
      try { localStorage.removeItem(t.keep); } catch { /* storage is blocked: nothing was kept */ }
    },
  };
  const restore = what => {
    for (const crit of crits) {
      crit.field.value = what.marks[crit.id] ?? "";
      show(crit);
    }
    if (comment) comment.value = what.comment;
    total();
  };

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
    const safe = store.keep({ revision: Number(revision.value), ...held() });
    if (!safe) say("kept", t.tNowhere);
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(save, WAIT_MS);
  };
  const valid = () => crits.every(crit => {
    const text = crit.field.value.trim();
    return text === "" || (read(text) !== null && fits(crit, read(text)));
  });

  const ask = async (number, body) => {
    const answer = await fetch(t.url, {
      method: "PUT",
      credentials: "same-origin",
      redirect: "error",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRFToken": document.querySelector("meta[name='csrf-token']")?.content ?? "",
      },
      body: JSON.stringify({ request: number, revision: Number(revision.value), ...body }),
    });
    const isJson = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
    const said = isJson ? await answer.json() : null;
    if (answer.status === 401 || answer.status === 403) return { state: "signed-out" };
    // `error` is how the service itself refuses what never reached the ballot, such as an old token.
    if (said?.error && answer.status < 500 && answer.status !== 429) return { state: "refused", reason: said.error.message };
    if (said === null || said.request !== number) throw new Error("not an answer of ours");
    return said;
  };

  const save = async () => {
    clearTimeout(timer);
    if (running) { await running; if (!dirty) return; }
    if (!valid()) { say("refused", t.tRefused); return; } // the browser's own copy is kept; the form says what is wrong when sent
    const sent = held();
    dirty = false;
    say("saving", t.tSaving);
    running = ask(crypto.randomUUID?.() ?? String(Math.random()), sent)
      .then(said => acknowledge(sent, said), failed)
      .finally(() => { running = null; });
    await running;
  };
  const acknowledge = (sent, said) => {
    tries = 0;
    if (said.state === "saved" && Number.isInteger(said.revision) && same(sent, said)) {
      revision.value = String(said.revision);
      if (dirty) { timer = setTimeout(save, WAIT_MS); return; }
      store.drop();
      say("saved", t.tSaved.replace("{time}", said.saved_at));
    } else if (said.state === "conflict") {
      differ(said);
    } else {
      dirty = true;
      stopped = said.state === "refused";
      say("refused", said.state === "signed-out" ? t.tSignedOut : said.reason || t.tRefused);
    }
  };
  const failed = () => {
    dirty = true;
    say("kept", store.kept() ? t.tKept : t.tNowhere);
    const after = AGAIN_S[Math.min(tries, AGAIN_S.length - 1)];
    tries += 1;
    timer = setTimeout(save, after * 1000);
  };
  window.addEventListener("online", () => { if (dirty && !stopped) save(); });
  window.addEventListener("focus", () => { if (dirty && !stopped) save(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && dirty && !stopped) save(); });
  window.addEventListener("beforeunload", event => {
    if (dirty && !store.kept()) event.preventDefault(); // it would be lost
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
    if (use === "there") { restore(there); store.drop(); dirty = false; }
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
  const before = store.kept();
  if (before?.marks) {
    const shown = held();
    if (same(before, shown)) store.drop();
    else if (before.revision === Number(revision.value)) { restore(before); changed(); }
    else {
      const server = { ...shown, revision: Number(revision.value), saved_at: "" };
      restore(before);
      differ(server);
    }
  }
  total();

  // ── keys, off while typing, and off altogether when the judge wants ──
  const help = document.querySelector("[data-keys]");
  const wanted = help?.querySelector("[data-keys-on]");
  if (wanted) {
    wanted.closest("label").hidden = false;
    try { wanted.checked = localStorage.getItem("score-keys") !== "off"; } catch { /* stays on */ }
    wanted.addEventListener("change", () => {
      try { localStorage.setItem("score-keys", wanted.checked ? "on" : "off"); } catch { /* for this page only */ }
    });
  }
  const video = () => document.querySelector("[data-player] video");
  const keys = {
    " ": () => { const film = video(); if (film) film.paused ? film.play() : film.pause(); },
    j: () => { const film = video(); if (film) film.currentTime -= 5; },
    l: () => { const film = video(); if (film) film.currentTime += 5; },
    n: () => comment?.focus(),
    "[": () => document.querySelector("[data-key='[']")?.click(),
    "]": () => document.querySelector("[data-key=']']")?.click(),
    "?": () => { if (help) { help.open = !help.open; help.querySelector("summary").focus(); } },
  };
  document.addEventListener("keydown", event => {
    if (wanted && !wanted.checked) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("textarea, select, [contenteditable], input:not([type=range]):not([type=checkbox])")) return;
    const key = event.key.toLowerCase();
    if (key === " " && event.target.closest("button, a, summary, input:not([type=range]), video")) return;
    const crit = /^[1-9]$/.test(key) ? crits[Number(key) - 1] : null;
    const act = crit ? () => crit.range.focus() : keys[key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
