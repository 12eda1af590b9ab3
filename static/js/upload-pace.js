// How fast bytes go and how long the rest will take, from the last seconds only: lines change when a phone moves.
const WINDOW_MS = 12_000;
const SETTLED_MS = 3000; // a guess that jumps about is worse than none

export class Pace {
  constructor() { this.points = []; }

  /** Begin anew after a pause; what was learnt of the line is forgotten. */
  reset() { this.points = []; }

  note(sent, at = performance.now()) {
    this.points.push({ sent, at });
    while (this.points.length > 2 && at - this.points[0].at > WINDOW_MS) this.points.shift();
  }

  /** Bytes a second; 0 while that cannot be said. */
  get speed() {
    const [first, last] = [this.points[0], this.points.at(-1)];
    const passed = first ? last.at - first.at : 0;
    return passed < SETTLED_MS ? 0 : Math.max(0, ((last.sent - first.sent) * 1000) / passed);
  }

  secondsFor(bytes) { return this.speed ? Math.ceil(bytes / this.speed) : 0; }
}
