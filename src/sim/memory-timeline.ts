import type { Cycle } from '../core/addr.ts';

/** Points kept; when there are more, two become one. */
const POINTS = 64;

/**
 * Frames in use over simulated time, at even intervals: the most of each. The interval doubles as time goes on, so that
 * a run of any length is told in the same number of points.
 */
export class MemoryTimeline {
  private spacing = 1024;
  private peaks: number[] = [];
  private start = 0;
  private last = 0;
  /** Frames before the first fork; -1 until there was one. */
  private before = -1;
  private mostAfter = 0;

  /** @param now cycle; @param frames in use from now on */
  note(now: Cycle, frames: number): void {
    if (frames === this.last && this.peaks.length > 0) return;
    let at = Math.floor((now - this.start) / this.spacing);
    while (at >= POINTS) {
      this.peaks = Array.from({ length: Math.ceil(this.peaks.length / 2) }, (_, i) =>
        Math.max(this.peaks[2 * i]!, this.peaks[2 * i + 1] ?? 0),
      );
      this.spacing *= 2;
      at >>= 1;
    }
    // A point at which nothing changed has what was in use before it.
    while (this.peaks.length < at) this.peaks.push(this.last);
    const fromItsBeginning = this.peaks.length === at && (now - this.start) % this.spacing === 0;
    this.peaks[at] = fromItsBeginning ? frames : Math.max(this.peaks[at] ?? this.last, frames);
    this.last = frames;
    if (frames > this.mostAfter) this.mostAfter = frames;
  }

  /** A fork is about to happen: what is in use is the measure of what it will take more. */
  fork(frames: number): void {
    if (this.before >= 0) return;
    this.before = frames;
    this.mostAfter = frames;
  }

  /** Most frames in use since the first fork beyond those in use at it. */
  get extraPeak(): number {
    return this.before < 0 ? 0 : this.mostAfter - this.before;
  }

  /** Frames in use at the first fork; undefined until there was one. */
  get atFork(): number | undefined {
    return this.before < 0 ? undefined : this.before;
  }

  get interval(): Cycle {
    return this.spacing;
  }

  get points(): readonly number[] {
    return this.peaks;
  }

  /** Begins anew at cycle `now`. */
  restart(now: Cycle): void {
    this.spacing = 1024;
    this.peaks = [];
    this.start = now;
    this.before = -1;
  }
}
