import type { Cycle } from './addr.ts';
import type { CycleSink } from './kernel-port.ts';

/**
 * The cost ledger: every simulated cycle belongs to exactly one named cause. Causes are registered by the part
 * that charges them (once, at construction), so that a machine lists the lines it can have and no other.
 * The total is kept apart from the lines: `check` proves that nothing was charged beside it.
 */
export class Ledger implements CycleSink {
  private readonly causeNames: string[] = [];
  private readonly ids = new Map<string, number>();
  private cycles = new Float64Array(64);

  /** The id of a cause such as `walk.L1.dram`; the same name always gives the same id. */
  cause(name: string): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const id = this.causeNames.length;
    this.causeNames.push(name);
    this.ids.set(name, id);
    if (id === this.cycles.length) {
      const grown = new Float64Array(id * 2);
      grown.set(this.cycles);
      this.cycles = grown;
    }
    return id;
  }

  charge(cause: number, cycles: Cycle): void {
    this.cycles[cause]! += cycles;
  }

  /** Cycles of one cause. */
  of(name: string): Cycle {
    const id = this.ids.get(name);
    return id === undefined ? 0 : this.cycles[id]!;
  }

  /** The sum of all lines, in cycles. */
  total(): Cycle {
    let sum = 0;
    for (let id = 0; id < this.causeNames.length; id++) sum += this.cycles[id]!;
    return sum;
  }

  /** Non-zero lines, in the order in which the causes were registered. */
  lines(): Record<string, number> {
    const lines: Record<string, number> = {};
    for (const [id, name] of this.causeNames.entries())
      if (this.cycles[id] !== 0) lines[name] = this.cycles[id]!;
    return lines;
  }

  /** The causes by their ids. */
  names(): readonly string[] {
    return this.causeNames;
  }

  /** Back to zero, keeping the causes: the end of a warm-up. */
  reset(): void {
    this.cycles.fill(0);
  }
}
