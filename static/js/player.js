// Our controls on the browser's own <video>. Without this script the browser's controls are there (templates/components/player.html).
// HLS: by the browser where it is Apple's or has nothing else; else by hls.js, fetched when somebody presses play; else, or when it breaks, the MP4.

import { Quality } from "./player-quality.js";
import { Storyboard } from "./player-storyboard.js";

const SPEEDS = [1, 1.25, 1.5, 2, 0.75];
const STEP_S = 5;
const HIDE_AFTER_MS = 3000;
const HLS_TYPE = "application/vnd.apple.mpegurl";
// The kernel of WeChat on Android draws videos above the page: own controls would lie under them.
const NEEDS_NATIVE = /MicroMessenger/i.test(navigator.userAgent) && /Android/i.test(navigator.userAgent);

const clock = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const rest = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
};

class Player {
  constructor(box) {
    this.box = box;
    this.video = box.querySelector("video");
    this.words = box.dataset;
    this.lengthS = Number(box.dataset.lengthMs || 0) / 1000;
    this.mp4 = this.video.querySelector("source[type='video/mp4']")?.src || "";
    this.native = box.hasAttribute("data-native") || NEEDS_NATIVE;
    this.ui = box.querySelector(".player__ui");
    this.big = box.querySelector(".player__big");
    this.error = box.querySelector(".player__err");
    this.caption = box.querySelector(".player__cap");
    this.scrub = box.querySelector(".player__ui > .scrub");
    this.volume = box.querySelector(".player__vol");
    box.playerReady = true;
    this.prepareSource();
    this.watchErrors();
    if (!this.native) this.takeOver();
  }

  // — where the film comes from —

  // Chromium plays HLS by itself of late, but stops where sizes are cut at different moments (seen in 156), as the
  // film's own packets are; and it lets nobody choose.
  get nativeHls() {
    if (this.video.canPlayType(HLS_TYPE) === "") return false;
    return this.native || !window.MediaSource || /Apple/.test(navigator.vendor);
  }

  prepareSource() {
    if (!this.words.hls || this.nativeHls) return;
    const mse = window.ManagedMediaSource || window.MediaSource;
    if (!mse) { this.useMp4(); return; }
    // The browser must load nothing by itself meanwhile; hls.js takes over at the first play.
    this.video.querySelectorAll("source").forEach((source) => source.remove());
    this.lazyHls = true;
    if (this.native) this.startHls(); // the browser's own controls cannot wait for us
  }

  async startHls() {
    if (!this.lazyHls) return;
    this.lazyHls = false;
    try {
      const { default: Hls } = await import(this.words.hlsModule);
      if (!Hls.isSupported()) { this.useMp4(); return; }
      const saveData = navigator.connection?.saveData === true;
      this.hls = new Hls({ enableWorker: false, capLevelToPlayerSize: true, startLevel: saveData ? 0 : -1, maxBufferLength: saveData ? 10 : 30 });
      this.hls.on(Hls.Events.ERROR, (_name, data) => this.onHlsError(Hls, data));
      const button = this.box.querySelector("[data-quality]");
      if (button && !this.native) this.quality = new Quality({ hls: this.hls, button, words: this.words });
      this.hls.loadSource(this.words.hls);
      this.hls.attachMedia(this.video);
    } catch {
      this.useMp4();
    }
  }

  onHlsError(Hls, data) {
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && !this.recovered) {
      this.recovered = true;
      this.hls.recoverMediaError();
      return;
    }
    this.useMp4();
  }

  // The second chance: one plain file, from where we are.
  useMp4() {
    this.lazyHls = false;
    const at = this.video.currentTime;
    const wasPlaying = this.wanted;
    this.hls?.destroy();
    this.hls = null;
    if (this.quality) this.quality.button.hidden = true;
    if (!this.mp4 || this.onMp4) { this.fail(); return; }
    this.onMp4 = true;
    this.video.querySelectorAll("source").forEach((source) => source.remove());
    this.video.src = this.mp4;
    this.video.load();
    if (at) this.video.addEventListener("loadedmetadata", () => { this.video.currentTime = at; }, { once: true });
    if (wasPlaying) this.play();
  }

  watchErrors() {
    this.video.addEventListener("error", () => { if (!this.hls) this.useMp4OrFail(); });
    // a <source> that fails does not fail the <video>; the last one is the one that counts
    const sources = [...this.video.querySelectorAll("source")];
    sources.at(-1)?.addEventListener("error", () => { if (!this.hls && !this.lazyHls) this.fail(); });
    this.error?.querySelector("[data-retry]")?.addEventListener("click", () => this.retry());
  }

  useMp4OrFail() {
    if (this.onMp4 || !this.mp4) this.fail(); else this.useMp4();
  }

  fail() {
    if (!this.wanted) return; // nobody pressed play: the poster stays
    this.error.hidden = false;
    this.big.hidden = true;
    this.ui.hidden = true;
    this.video.controls = false;
  }

  retry() {
    this.error.hidden = true;
    this.onMp4 = false;
    if (this.native) this.video.controls = true; else this.ui.hidden = false;
    // A film that is still being made has no file yet, only its stream.
    if (this.mp4) this.useMp4(); else if (this.nativeHls) this.video.load(); else this.lazyHls = true;
    this.play();
    this.box.querySelector("[data-do=play]")?.focus();
  }

  // — our controls —

  takeOver() {
    this.video.controls = false;
    this.big.hidden = false;
    this.ui.hidden = true;
    this.box.classList.add("player--own");
    if (this.lengthS) this.scrub.max = Math.round(this.lengthS * 1000);
    this.big.addEventListener("click", () => this.play(true));
    this.video.addEventListener("click", () => (this.big.hidden ? this.toggle() : this.play()));
    for (const button of this.ui.querySelectorAll("[data-do]")) {
      button.addEventListener("click", () => this[`do_${button.dataset.do}`](button));
    }
    this.scrub.addEventListener("input", () => this.seek(this.scrub.value / 1000));
    this.volume?.addEventListener("input", () => { this.video.volume = this.volume.value / 100; this.video.muted = this.volume.value === "0"; });
    for (const name of ["play", "playing", "pause", "ended", "timeupdate", "durationchange", "volumechange", "ratechange", "waiting"]) {
      this.video.addEventListener(name, () => this.show(name));
    }
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    for (const name of ["pointermove", "pointerdown", "focusin", "keydown"]) this.box.addEventListener(name, () => this.wake());
    document.addEventListener("fullscreenchange", () => this.showFull());
    this.watchCaptions();
    if (this.words.storyboard) {
      const view = this.box.querySelector(".player__prev");
      new Storyboard({ address: this.words.storyboard, scrub: this.scrub, view, clock, lengthS: () => this.scrub.max / 1000 });
    }
    this.show("start");
  }

  async play(focus = false) {
    this.wanted = true;
    this.big.hidden = true;
    if (!this.native) this.ui.hidden = false;
    if (focus) this.box.querySelector("[data-do=play]").focus();
    await this.startHls();
    this.video.play().catch(() => this.show("pause")); // the browser wants a tap first, or the source has failed and says so itself
  }

  toggle() { if (this.video.paused) this.play(); else this.video.pause(); }

  seek(seconds) {
    const end = Number.isFinite(this.video.duration) ? this.video.duration : this.lengthS;
    this.video.currentTime = Math.min(Math.max(0, seconds), end);
    this.show("timeupdate");
  }

  do_play() { this.toggle(); }

  do_speed(button) {
    const rate = SPEEDS[(SPEEDS.indexOf(this.video.playbackRate) + 1) % SPEEDS.length];
    this.video.playbackRate = rate;
    button.textContent = `${rate}×`;
    button.setAttribute("aria-label", this.words.tSpeed.replace("{rate}", `${rate}×`));
  }

  do_captions(button) {
    this.captionsOn = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(this.captionsOn));
    this.showCaption();
  }

  do_mute() {
    this.video.muted = !this.video.muted;
    if (!this.video.muted && this.video.volume === 0) this.video.volume = 1;
  }

  do_full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (this.box.requestFullscreen) this.box.requestFullscreen().catch(() => {});
    else this.video.webkitEnterFullscreen?.(); // iPhone: only the video itself
  }

  // Keys work while the focus is in the player, and not while a slider has it.
  onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const onButton = event.target.matches("button, a");
    const onSlider = event.target.matches("input");
    const at = this.video.currentTime;
    const keys = {
      " ": () => this.toggle(), k: () => this.toggle(), m: () => this.do_mute(), f: () => this.do_full(),
      j: () => this.seek(at - STEP_S), l: () => this.seek(at + STEP_S),
      ArrowLeft: () => this.seek(at - STEP_S), ArrowRight: () => this.seek(at + STEP_S),
      Home: () => this.seek(0), End: () => this.seek(this.lengthS),
    };
    if (onButton && event.key === " ") return; // the button's own press
    if (onSlider && event.target !== this.scrub) return;
    const does = keys[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  }

  // — what the controls show —

  show(name) {
    const playing = !this.video.paused && !this.video.ended;
    const button = this.box.querySelector("[data-do=play]");
    button.querySelector("[data-on=play]").hidden = playing;
    button.querySelector("[data-on=pause]").hidden = !playing;
    button.setAttribute("aria-label", playing ? this.words.tPause : this.video.ended ? this.words.tAgain : this.words.tPlay);
    this.box.classList.toggle("is-waiting", name === "waiting");
    if (name === "durationchange" && Number.isFinite(this.video.duration)) this.scrub.max = Math.round(this.video.duration * 1000);
    this.showTime();
    this.showVolume();
    if (name === "play") this.wake();
    if (name === "pause" || name === "ended") this.box.classList.remove("is-idle");
  }

  showTime() {
    const at = this.video.currentTime || 0;
    this.scrub.value = Math.round(at * 1000);
    this.scrub.style.setProperty("--p", `${(this.scrub.value / (this.scrub.max || 1)) * 100}%`);
    const text = clock(at);
    const shown = this.box.querySelector("[data-at]");
    if (shown.textContent === text) return;
    shown.textContent = text;
    this.scrub.setAttribute("aria-valuetext", this.words.tOf.replace("{at}", text).replace("{length}", clock(this.scrub.max / 1000)));
  }

  showVolume() {
    const silent = this.video.muted || this.video.volume === 0;
    const button = this.box.querySelector("[data-do=mute]");
    button.querySelector("[data-on=loud]").hidden = silent;
    button.querySelector("[data-on=silent]").hidden = !silent;
    button.setAttribute("aria-label", silent ? this.words.tUnmute : this.words.tMute);
    if (!this.volume) return;
    this.volume.value = silent ? 0 : Math.round(this.video.volume * 100);
    this.volume.style.setProperty("--p", `${this.volume.value}%`);
  }

  showFull() {
    const full = document.fullscreenElement === this.box;
    this.box.classList.toggle("is-full", full);
    this.box.querySelector("[data-do=full]").setAttribute("aria-label", full ? this.words.tUnfull : this.words.tFull);
  }

  // Controls leave while a film runs and nobody moves; they stay for whoever is on them with the keyboard.
  wake() {
    this.box.classList.remove("is-idle");
    clearTimeout(this.sleep);
    this.sleep = setTimeout(() => {
      if (!this.video.paused && !this.ui.matches(":focus-within")) this.box.classList.add("is-idle");
    }, HIDE_AFTER_MS);
  }

  // Captions are drawn by us, above the controls, in the reader's own text size.
  watchCaptions() {
    const track = this.video.textTracks?.[0];
    if (!track) return;
    track.mode = "hidden";
    this.captionsOn = true;
    track.addEventListener("cuechange", () => this.showCaption());
  }

  showCaption() {
    const cues = [...(this.video.textTracks?.[0]?.activeCues || [])];
    const lines = this.captionsOn ? cues.flatMap((cue) => cue.text.replace(/<[^>]*>/g, "").split("\n")) : [];
    this.caption.hidden = lines.length === 0;
    this.caption.replaceChildren(...lines.flatMap((line, index) => {
      const span = document.createElement("span");
      span.textContent = line;
      return index ? [document.createElement("br"), span] : [span];
    }));
  }
}

const start = (part) => part.querySelectorAll("[data-player]").forEach((box) => { if (!box.playerReady) new Player(box); });
start(document);
document.addEventListener("htmx:load", (event) => start(event.target));
// one film at a time
document.addEventListener("play", (event) => {
  document.querySelectorAll("[data-player] video").forEach((video) => { if (video !== event.target) video.pause(); });
}, true);
// A button or link with data-seek="63.5" jumps there (transcripts, evidence frames).
document.addEventListener("click", (event) => {
  const jump = event.target.closest("[data-seek]");
  const video = jump && document.querySelector("[data-player] video");
  if (!video) return;
  event.preventDefault();
  video.closest("[data-player]").querySelector(".player__big:not([hidden])")?.click();
  const go = () => { video.currentTime = Number(jump.dataset.seek); };
  if (video.readyState > 0) go(); else video.addEventListener("loadedmetadata", go, { once: true });
});
