import type { Cycle } from './addr.ts';

/** Room for STLB, PSC, five PTE reads with their A/D writes, a re-walk, a data access. */
const CAPACITY = 48;

/**
 * The latency of one access as parts in the order of time, each with its ledger cause. A reused object: hardware
 * units append, the core's clock reads. Parts of zero cycles are left out.
 */
export class Latency {
  readonly causes = new Uint16Array(CAPACITY);
  readonly cycles = new Float64Array(CAPACITY);
  count = 0;
  /** Sum of the parts, in cycles. */
  total: Cycle = 0;
  /** The part with which a page walk begins; beyond `count` when there is none. */
  walkFrom = CAPACITY;
  /** Cycles before the walk, and of the walk: those in which it occupies a walker. 0 when there is none. */
  beforeWalk: Cycle = 0;
  walkCycles: Cycle = 0;

  clear(): void {
    this.count = 0;
    this.total = 0;
    this.walkFrom = CAPACITY;
    this.walkCycles = 0;
  }

  add(cause: number, cycles: Cycle): void {
    if (cycles === 0) return;
    this.causes[this.count] = cause;
    this.cycles[this.count++] = cycles;
    this.total += cycles;
  }

  /** The next part begins a page walk. */
  beginWalk(): void {
    this.walkFrom = this.count;
    this.beforeWalk = this.total;
  }

  /** What was added since {@link beginWalk} is the walk. */
  endWalk(): void {
    this.walkCycles = this.total - this.beforeWalk;
  }
}
