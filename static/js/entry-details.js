// The texts of an entry save themselves while somebody types, and authors are added and moved without a reload.
// Without this script the same form posts, and the same buttons work by the server.

const PAUSE_MS = 800;
const RETRY_MS = [2000, 4000, 8000, 16000, 30000];

const form = document.querySelector("form[data-autosave]");
const mark = document.querySelector("[data-saved]");
const word = mark?.querySelector("[data-saved-text]");
let timer, busy = false, dirty = false, failures = 0;

function tell(state, text) {
  if (!mark || !word) return;
  mark.className = `saved saved--${state}`;
  word.textContent = text;
}

// Only an answer of ours counts as saved: a captive portal also says 200, but not with a revision.
async function answerOf(response) {
  const type = response.headers.get("content-type") ?? "";
  if (!type.includes("application/json")) throw new Error("not our answer");
  return response.json();
}

function again() {
  tell("offline", form.dataset.offline);
  clearTimeout(timer);
  timer = setTimeout(save, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
  failures += 1;
}

async function save() {
  if (busy || !dirty) return;
  busy = true;
  dirty = false;
  tell("saving", form.dataset.saving);
  try {
    const response = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (response.status === 401 || response.redirected) { dirty = true; tell("conflict", form.dataset.signedOut); clearTimeout(timer); timer = setTimeout(save, RETRY_MS.at(-1)); return; }
    const said = await answerOf(response);
    if (response.status === 409 && said.error?.code === "changed") { tell("conflict", form.dataset.conflict); return; }
    if (response.status >= 400 && response.status < 500) { tell("conflict", said.error?.message ?? form.dataset.offline); return; }
    if (typeof said.revision !== "number") throw new Error("not our answer");
    form.elements.revision.value = said.revision;
    failures = 0;
    tell("saved", said.text);
  } catch {
    dirty = true;
    again();
  } finally {
    busy = false;
  }
  if (dirty && failures === 0) schedule();
}

function schedule() {
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE_MS);
}

// Authors: the rows are renumbered after each change, so that labels and buttons say where they stand.
function renumber(rows) {
  const all = [...rows.children];
  all.forEach((row, at) => {
    const [label, input, up, drop] = ["label", "input", "[value^=up]", "[value^=drop]"].map((one) => row.querySelector(one));
    const number = (text) => text.replace(/\d+/, at + 1);
    label.htmlFor = input.id = `author-${at + 1}`;
    label.textContent = number(label.textContent);
    up.value = `up-${at}`;
    up.setAttribute("aria-label", number(up.getAttribute("aria-label")));
    up.hidden = at === 0;
    drop.value = `drop-${at}`;
    drop.setAttribute("aria-label", number(drop.getAttribute("aria-label")));
    drop.hidden = all.length === 1;
  });
}

function arrange(event) {
  const button = event.target.closest("button[name=do]");
  const rows = form.querySelector("[data-rows]");
  const most = Number(form.querySelector("[data-authors]").dataset.most);
  if (!button || !rows) return;
  const row = button.closest("[data-row]");
  if (button.value === "add" && rows.children.length < most) {
    const fresh = rows.lastElementChild.cloneNode(true);
    fresh.querySelector("input").value = "";
    rows.append(fresh);
    renumber(rows);
    fresh.querySelector("input").focus();
  } else if (row && button.value.startsWith("up")) {
    row.previousElementSibling?.before(row);
    renumber(rows);
    (button.hidden ? row.querySelector("input") : button).focus();
  } else if (row && button.value.startsWith("drop")) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    renumber(rows);
    next?.querySelector("input").focus();
  } else return;
  event.preventDefault();
  const add = form.querySelector("[data-add]");
  if (add) add.hidden = rows.children.length >= most;
  schedule();
}

if (form && window.fetch) {
  form.addEventListener("input", schedule);
  form.addEventListener("change", schedule);
  form.addEventListener("click", arrange);
  form.addEventListener("submit", () => { clearTimeout(timer); dirty = false; });
  addEventListener("online", () => { if (dirty) save(); });
  // Leaving with words that are only on this page: they are sent on the way out, which outlives the page.
  addEventListener("pagehide", () => { if (dirty) navigator.sendBeacon(form.dataset.autosave, new FormData(form)); });
}
