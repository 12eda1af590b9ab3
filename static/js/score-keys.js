// Keys of the bench: off while typing, and off altogether when the judge wants. The help sheet lists them all.
const STEP_S = 5;

export const useKeys = ({ crits, comment, note, fps, submit }) => {
  const help = document.querySelector("[data-help]");
  const opener = document.querySelector("[data-help-open]");
  const wanted = help?.querySelector("[data-keys-on]");
  const showHelp = () => { if (help && !help.open) help.showModal(); };
  if (opener) opener.hidden = false;
  opener?.addEventListener("click", showHelp);
  help?.querySelector("[data-help-close]").addEventListener("click", () => help.close());
  help?.addEventListener("click", event => { if (event.target === help) help.close(); });
  if (wanted) {
    try { wanted.checked = localStorage.getItem("score-keys") !== "off"; } catch { /* stays on */ }
    wanted.addEventListener("change", () => {
      try { localStorage.setItem("score-keys", wanted.checked ? "on" : "off"); } catch { /* for this page only */ }
    });
  }

  const film = () => document.querySelector("[data-player] video");
  const press = name => document.querySelector(`[data-player] [data-do=${name}]`)?.click();
  // The player fetches its film at the first play: always through its own buttons.
  const play = () => {
    const big = document.querySelector("[data-player] .player__big:not([hidden])");
    if (big) big.click(); else press("play");
  };
  const seek = seconds => {
    const video = film();
    if (video?.readyState) video.currentTime = Math.max(0, video.currentTime + seconds);
  };
  const frame = pictures => { film()?.pause(); seek(pictures / fps); };
  const follow = name => document.querySelector(`[data-key='${name}']`)?.click();
  const keys = {
    " ": play, k: play, j: () => seek(-STEP_S), l: () => seek(STEP_S), ",": () => frame(-1), ".": () => frame(1),
    s: () => press("speed"), c: () => press("captions"), f: () => press("full"),
    n: () => comment?.focus(), t: () => note?.(), d: () => document.querySelector("[data-defer]")?.focus(),
    "[": () => follow("["), "]": () => follow("]"),
  };
  const typing = "textarea, select, [contenteditable], input:not([type=range]):not([type=checkbox]):not([type=radio])";

  document.addEventListener("keydown", event => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return; // the player's own keys come first
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); submit(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest(typing)) return;
    const key = event.key.toLowerCase();
    if (key === "?") { event.preventDefault(); showHelp(); return; } // so that keys can be switched on again
    if (wanted && !wanted.checked) return;
    if (key === " " && event.target.closest("button, a, summary, input:not([type=range]), video")) return;
    const crit = /^[1-9]$/.test(key) ? crits[Number(key) - 1] : null;
    const act = crit ? () => crit.range.focus() : keys[key];
    if (!act) return;
    event.preventDefault();
    act();
  });
};
