// Asks the phone not to lock its screen while bytes go. Where it cannot be asked, a locked phone goes on when it wakes.
export class Awake {
  constructor() {
    this.isWanted = false;
    document.addEventListener("visibilitychange", () => this.ask()); // a lock is lost when the page is hidden
  }

  want(isWanted) {
    this.isWanted = isWanted;
    if (isWanted) this.ask();
    else { this.lock?.release().catch(() => {}); this.lock = null; }
  }

  async ask() {
    if (!this.isWanted || document.hidden || (this.lock && !this.lock.released)) return;
    try { this.lock = await navigator.wakeLock?.request("screen"); } catch { return; } // saving power goes before
    if (!this.isWanted) this.want(false);
  }
}
