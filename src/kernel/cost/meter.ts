import type { Cycle } from '../../core/addr.ts';
import type { CycleSink } from '../../core/kernel-port.ts';
import {
  POLICY_PARTS,
  type PolicyPart,
  type PolicyPrices,
  policyCosts,
  USUAL_PRICES,
} from '../policy/prices.ts';
import { PARTS, type Part, type PartCosts } from './parts.ts';

/** Parts of every kernel, then those that only some policies know. */
const ALL_PARTS: readonly (Part | PolicyPart)[] = [...PARTS, ...POLICY_PARTS];
const INDEX = new Map<Part | PolicyPart, number>(ALL_PARTS.map((part, index) => [part, index]));

/**
 * Gathers the parts of one kernel operation and charges them when its name is known: what kind of fault it was is
 * often clear only at its end. Operations nest (a populate inside mmap); the outermost one gets all.
 */
export class CostMeter {
  private readonly ledger: CycleSink | undefined;
  private readonly price: Float64Array;
  private pending = new Float64Array(ALL_PARTS.length);
  private readonly causes = new Map<string, Int32Array>();
  private depth = 0;
  /** Told of each piece of work as it is done, for those who watch the kernel step by step. */
  onWork: ((part: Part, count: number) => void) | undefined = undefined;

  constructor(costs: PartCosts, ledger: CycleSink | undefined, prices: PolicyPrices = USUAL_PRICES) {
    const all: Record<Part | PolicyPart, number> = { ...costs, ...policyCosts(prices, costs) };
    this.price = Float64Array.from(ALL_PARTS, (part) => all[part]);
    this.ledger = ledger;
  }

  begin(): void {
    this.depth++;
  }

  /** `count` units of work were done. */
  add(part: Part | PolicyPart, count = 1): void {
    const index = INDEX.get(part)!;
    this.pending[index]! += count;
    if (index < PARTS.length) this.onWork?.(part as Part, count);
  }

  /**
   * Work that another core does meanwhile: no part of the operation under way, and hidden in the ledger. Returns its
   * cycles.
   */
  aside(operation: string, body: () => void): Cycle {
    const outer = this.pending;
    this.pending = new Float64Array(ALL_PARTS.length);
    this.depth++;
    try {
      body();
      return this.settle(operation, (cause, cycles) => this.ledger?.hide?.(cause, cycles));
    } finally {
      this.depth--;
      this.pending = outer;
    }
  }

  /** The operation is over: charges its lines `kernel.<operation>.<part>` and returns their sum. 0 when nested. */
  end(operation: string): Cycle {
    this.depth--;
    if (this.depth > 0) return 0;
    return this.settle(operation, (cause, cycles) => this.ledger?.charge(cause, cycles));
  }

  private settle(operation: string, charge: (cause: number, cycles: Cycle) => void): Cycle {
    let total = 0;
    const causes = this.causesOf(operation);
    for (let part = 0; part < ALL_PARTS.length; part++) {
      const cycles = this.pending[part]! * this.price[part]!;
      this.pending[part] = 0;
      if (cycles === 0) continue;
      total += cycles;
      if (!this.ledger) continue;
      if (causes[part] === -1) causes[part] = this.ledger.cause(`kernel.${operation}.${ALL_PARTS[part]}`);
      charge(causes[part]!, cycles);
    }
    return total;
  }

  private causesOf(operation: string): Int32Array {
    let causes = this.causes.get(operation);
    if (!causes) {
      causes = new Int32Array(ALL_PARTS.length).fill(-1);
      this.causes.set(operation, causes);
    }
    return causes;
  }
}
