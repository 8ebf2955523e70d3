import type { Cycle } from '../core/addr.ts';
import { type Arena, HOST_MEMORY } from '../core/arena.ts';
import type { CycleSink } from '../core/kernel-port.ts';
import type { Latency } from '../core/latency.ts';
import type { Ledger } from '../core/ledger.ts';
import { RING_PARTS } from './accelerator/layout.ts';

const MAX_CAUSES = 1024;

/**
 * The clock of a core, and how far it runs ahead of unfinished translations (docs/timing.md, "Issue and window").
 *
 * Records issue in order, `width` a cycle: record i issues at floor(i / width) + stall. A record whose translation
 * (or data) takes longer than the pipeline hides is *pending* until its completion; record i + `window` cannot issue
 * before record i is complete. A latency runs from the cycle at which the next record would issue: what a blocking core
 * adds is the latency itself. The wait is charged to the last cycles of the pending record's own latency (what was
 * first in it ran beside useful work: it is hidden). `window` 1 is a blocking core: everything is exposed.
 */
export class IssueWindow implements CycleSink {
  private readonly ledger: Ledger;
  readonly width: number;
  readonly window: number;
  private readonly issueCause: number;
  /** Cycles of latency, by cause, that did not delay anything. */
  readonly hidden: Float64Array;
  /** `window` is 1: nothing is ever pending when a record arrives, and every latency is exposed in full. */
  readonly blocking: boolean;

  /** Records issued since the clock began (or since {@link restart}). */
  issued = 0;
  private stall = 0;
  private head = 0;
  private tail = 0;
  /** The pending records in a ring of `mask` + 1 places, RING_PARTS parts a place. */
  readonly mask: number;
  readonly index: Float64Array;
  readonly completion: Float64Array;
  readonly partCount: Uint8Array;
  readonly partCause: Uint16Array;
  readonly partCycles: Float64Array;

  /** @param width records a cycle, >= 1; @param window records, >= 1 */
  constructor(ledger: Ledger, width: number, window: number, arena: Arena = HOST_MEMORY) {
    this.ledger = ledger;
    this.width = width;
    this.window = window;
    this.blocking = window === 1;
    this.issueCause = ledger.cause('issue');
    this.hidden = arena.float64(MAX_CAUSES);
    const capacity = 2 ** Math.ceil(Math.log2(window + 1));
    this.mask = capacity - 1;
    this.index = arena.float64(capacity);
    this.completion = arena.float64(capacity);
    this.partCount = arena.uint8(capacity);
    this.partCause = arena.uint16(capacity * RING_PARTS);
    this.partCycles = arena.float64(capacity * RING_PARTS);
  }

  /**
   * Makes room for record `issued`: what must be complete before it, is completed. Returns the arrival: the cycle at
   * which the next record would issue if this one had no latency.
   */
  arrive(): Cycle {
    while (this.head !== this.tail && this.index[this.head]! + this.window <= this.issued) {
      this.retire(this.index[this.head]! + this.window);
    }
    return Math.floor((this.issued + 1) / this.width) + this.stall;
  }

  /**
   * Record `issued`, just arrived, is pending for `latency`, with a wait of `queued` cycles before the walk in it.
   */
  pend(arrival: Cycle, latency: Latency, queueCause: number, queued: Cycle): void {
    if (this.blocking) {
      this.expose(latency);
      return;
    }
    const at = this.tail;
    let part = at * RING_PARTS;
    for (let i = 0; i < latency.count; i++) {
      if (i === latency.walkFrom && queued > 0) {
        this.partCause[part] = queueCause;
        this.partCycles[part++] = queued;
      }
      this.partCause[part] = latency.causes[i]!;
      this.partCycles[part++] = latency.cycles[i]!;
    }
    this.index[at] = this.issued;
    this.completion[at] = arrival + latency.total + queued;
    this.partCount[at] = part - at * RING_PARTS;
    this.tail = (at + 1) & this.mask;
  }

  /** What {@link pend} comes to on a blocking core, where no walk ever waits for a walker. */
  expose(latency: Latency): void {
    for (let i = 0; i < latency.count; i++) this.ledger.charge(latency.causes[i]!, latency.cycles[i]!);
    this.stall += latency.total;
  }

  /** Waits for everything pending before record `next` may issue: a fault, a system call, the end. */
  drain(next: number = this.issued): void {
    while (this.head !== this.tail) this.retire(Math.min(this.index[this.head]! + this.window, next));
  }

  cause(name: string): number {
    return this.ledger.cause(name);
  }

  /** Cycles in which the core does nothing else: kernel work. Call {@link drain} first. */
  charge(cause: number, cycles: Cycle): void {
    this.ledger.charge(cause, cycles);
    this.stall += cycles;
  }

  /** Cycles of another core, which run beside everything here. */
  hide(cause: number, cycles: Cycle): void {
    this.hidden[cause] += cycles;
  }

  /** The cycle at which the next record would issue if nothing were pending. */
  now(): Cycle {
    return Math.floor(this.issued / this.width) + this.stall;
  }

  /** Ends the run: drains, charges the issue slots, and returns the total in cycles. */
  finish(): Cycle {
    this.drain();
    const issue = Math.ceil(this.issued / this.width);
    this.ledger.charge(this.issueCause, issue);
    return issue + this.stall;
  }

  /** Writes down where the clock stands, but for `issued`, for sim/accelerator to go on from: stall, head, tail. */
  lend(clock: Float64Array): void {
    clock[1] = this.stall;
    clock[2] = this.head;
    clock[3] = this.tail;
  }

  /** Goes on from where the clock was brought; `issued` stays the caller's. */
  takeBack(clock: Float64Array): void {
    this.stall = clock[1]!;
    this.head = clock[2]!;
    this.tail = clock[3]!;
  }

  /** A new time zero, with nothing pending: the end of a warm-up. */
  restart(): void {
    this.drain();
    this.issued = 0;
    this.stall = 0;
    this.hidden.fill(0);
  }

  /** Record `next` waits for the oldest pending record. */
  private retire(next: number): void {
    const at = this.head;
    const time = Math.floor(next / this.width) + this.stall;
    let exposed = Math.max(0, this.completion[at]! - time);
    this.stall += exposed;
    const first = at * RING_PARTS;
    for (let part = first + this.partCount[at]! - 1; part >= first; part--) {
      const cycles = this.partCycles[part]!;
      const cause = this.partCause[part]!;
      const charged = Math.min(cycles, exposed);
      if (charged > 0) this.ledger.charge(cause, charged);
      this.hidden[cause] += cycles - charged;
      exposed -= charged;
    }
    this.head = (this.head + 1) & this.mask;
  }
}
