import type { Cycle } from '../../core/addr.ts';
import type { CycleSink } from '../../core/kernel-port.ts';
import { PARTS, type Part, type PartCosts } from './parts.ts';

const INDEX = new Map<Part, number>(PARTS.map((part, index) => [part, index]));

/**
 * Gathers the parts of one kernel operation and charges them when its name is known: what kind of fault it was is
 * often clear only at its end. Operations nest (a populate inside mmap); the outermost one gets all.
 */
export class CostMeter {
  readonly #ledger: CycleSink | undefined;
  readonly #price: Float64Array;
  readonly #pending = new Float64Array(PARTS.length);
  readonly #causes = new Map<string, Int32Array>();
  #depth = 0;
  /** Told of each piece of work as it is done, for those who watch the kernel step by step. */
  onWork: ((part: Part, count: number) => void) | undefined = undefined;

  constructor(costs: PartCosts, ledger: CycleSink | undefined) {
    this.#price = Float64Array.from(PARTS, (part) => costs[part]);
    this.#ledger = ledger;
  }

  begin(): void {
    this.#depth++;
  }

  /** `count` units of work were done. */
  add(part: Part, count = 1): void {
    this.#pending[INDEX.get(part)!]! += count;
    this.onWork?.(part, count);
  }

  /** The operation is over: charges its lines `kernel.<operation>.<part>` and returns their sum. 0 when nested. */
  end(operation: string): Cycle {
    this.#depth--;
    if (this.#depth > 0) return 0;
    let total = 0;
    const causes = this.#causesOf(operation);
    for (let part = 0; part < PARTS.length; part++) {
      const cycles = this.#pending[part]! * this.#price[part]!;
      this.#pending[part] = 0;
      if (cycles === 0) continue;
      total += cycles;
      if (this.#ledger) {
        if (causes[part] === -1) causes[part] = this.#ledger.cause(`kernel.${operation}.${PARTS[part]}`);
        this.#ledger.charge(causes[part]!, cycles);
      }
    }
    return total;
  }

  #causesOf(operation: string): Int32Array {
    let causes = this.#causes.get(operation);
    if (!causes) {
      causes = new Int32Array(PARTS.length).fill(-1);
      this.#causes.set(operation, causes);
    }
    return causes;
  }
}
