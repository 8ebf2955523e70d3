import type { Cycle } from '../core/addr.ts';

/**
 * Main memory at one flat latency. A simplification: banks, open rows, queues and bandwidth are not modelled, so
 * every access that no cache answers costs the same, whatever else is under way.
 */
export class Dram {
  readonly latency: Cycle;
  accesses = 0;

  /** @param latency cycles from a request to its data, the misses in all caches included */
  constructor(latency: Cycle) {
    this.latency = latency;
  }
}
