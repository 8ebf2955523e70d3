import type { Cycle, Pfn } from '../core/addr.ts';
import { Latency } from '../core/latency.ts';
import type { Ledger } from '../core/ledger.ts';
import type { CacheHierarchy } from '../memory/hierarchy.ts';
import type { IssueWindow } from './window.ts';

/**
 * Loads and stores on their way through the data caches (docs/timing.md, section 7): what a level costs beyond the
 * nearest one's latency, which is part of the pipeline.
 */
export class DataSide {
  private readonly caches: CacheHierarchy;
  private readonly extra: Int32Array;
  /** Ledger causes by who answers. */
  readonly causes: Uint16Array;
  private readonly latency = new Latency();
  private answered = 0;

  constructor(caches: CacheHierarchy, ledger: Ledger) {
    this.caches = caches;
    const nearest = caches.latencies[0]!;
    this.extra = caches.latencies.map((latency) => Math.max(0, latency - nearest));
    this.causes = Uint16Array.from(caches.names, (name) => ledger.cause(`data.${name}`));
  }

  /** Requests the line of a byte; the cycles beyond the pipeline. */
  access(frame: Pfn, offset: number): Cycle {
    this.answered = this.caches.access(this.caches.lineOf(frame, offset));
    return this.extra[this.answered]!;
  }

  /** Makes the access just done a latency of its own, for a record whose translation took none. */
  pend(window: IssueWindow, extra: Cycle): void {
    this.latency.clear();
    this.latency.add(this.causes[this.answered]!, extra);
    window.pend(window.arrive(), this.latency, 0, 0);
  }

  /** Requests the line of a byte and adds its cycles behind a translation's. */
  append(latency: Latency, frame: Pfn, offset: number): void {
    const extra = this.access(frame, offset);
    latency.add(this.causes[this.answered]!, extra);
  }
}
