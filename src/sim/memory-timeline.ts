import type { Cycle } from '../core/addr.ts';

/** Points kept; when there are more, two become one. */
const POINTS = 64;

/**
 * Frames in use over simulated time, at even intervals: the most of each. The interval doubles as time goes on, so that
 * a run of any length is told in the same number of points.
 */
export class MemoryTimeline {
  #interval = 1024;
  #points: number[] = [];
  #start = 0;
  #last = 0;
  /** Frames before the first fork; -1 until there was one. */
  #before = -1;
  #mostAfter = 0;

  /** @param now cycle; @param frames in use from now on */
  note(now: Cycle, frames: number): void {
    if (frames === this.#last && this.#points.length > 0) return;
    let at = Math.floor((now - this.#start) / this.#interval);
    while (at >= POINTS) {
      this.#points = Array.from({ length: Math.ceil(this.#points.length / 2) }, (_, i) =>
        Math.max(this.#points[2 * i]!, this.#points[2 * i + 1] ?? 0),
      );
      this.#interval *= 2;
      at >>= 1;
    }
    // A point at which nothing changed has what was in use before it.
    while (this.#points.length < at) this.#points.push(this.#last);
    const fromItsBeginning = this.#points.length === at && (now - this.#start) % this.#interval === 0;
    this.#points[at] = fromItsBeginning ? frames : Math.max(this.#points[at] ?? this.#last, frames);
    this.#last = frames;
    if (frames > this.#mostAfter) this.#mostAfter = frames;
  }

  /** A fork is about to happen: what is in use is the measure of what it will take more. */
  fork(frames: number): void {
    if (this.#before >= 0) return;
    this.#before = frames;
    this.#mostAfter = frames;
  }

  /** Most frames in use since the first fork beyond those in use at it. */
  get extraPeak(): number {
    return this.#before < 0 ? 0 : this.#mostAfter - this.#before;
  }

  get interval(): Cycle {
    return this.#interval;
  }

  get points(): readonly number[] {
    return this.#points;
  }

  /** Begins anew at cycle `now`. */
  restart(now: Cycle): void {
    this.#interval = 1024;
    this.#points = [];
    this.#start = now;
    this.#before = -1;
  }
}
