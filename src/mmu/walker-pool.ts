import type { Cycle } from '../core/addr.ts';
import { type Arena, HOST_MEMORY } from '../core/arena.ts';

/**
 * When walks run. A TLB miss holds an MSHR from when it gets one until its walk is complete, and a walker while it
 * walks. Where there is none free it waits: misses are served in the order of the calls. The length of a walk is known
 * when it arrives, so its start is settled then and there, without ticking.
 *
 *   arrival --(an MSHR is free)--> queue --(a walker is free)--> start --(length)--> complete
 */
export class WalkerPool {
  /** When each walker, and each MSHR, is free again. */
  readonly walkers: Float64Array;
  readonly mshrs: Float64Array;

  /** @param walkers and @param mshrs at least 1 */
  constructor(walkers: number, mshrs: number, arena: Arena = HOST_MEMORY) {
    this.walkers = arena.float64(walkers);
    this.mshrs = arena.float64(mshrs);
  }

  /** Takes a walk of `length` cycles that arrives at `arrival`; returns the cycle at which it starts. */
  start(arrival: Cycle, length: Cycle): Cycle {
    const walker = firstFree(this.walkers);
    const mshr = firstFree(this.mshrs);
    const start = Math.max(arrival, this.mshrs[mshr]!, this.walkers[walker]!);
    this.walkers[walker] = start + length;
    this.mshrs[mshr] = start + length;
    return start;
  }

  /** A new time zero with nothing under way. */
  restart(): void {
    this.walkers.fill(0);
    this.mshrs.fill(0);
  }
}

function firstFree(freeAt: Float64Array): number {
  let first = 0;
  for (let other = 1; other < freeAt.length; other++) if (freeAt[other]! < freeAt[first]!) first = other;
  return first;
}
