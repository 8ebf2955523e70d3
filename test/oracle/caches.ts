import type { Cache } from '../../src/sim/machine/machine.ts';

/** Data caches as lists: each set's lines, most recently used first. Slow on purpose. */
export class OracleCaches {
  readonly specs: readonly Cache[];
  readonly #dramLatency: number;
  readonly #sets: Map<number, number[]>[];
  readonly hits: number[];
  readonly misses: number[];

  constructor(specs: readonly Cache[], dramLatency: number) {
    this.specs = specs;
    this.#dramLatency = dramLatency;
    this.#sets = specs.map(() => new Map());
    this.hits = specs.map(() => 0);
    this.misses = specs.map(() => 0);
  }

  /** Names of who can answer, nearest first. */
  get names(): string[] {
    return [...this.specs.map(({ name }) => name), 'DRAM'];
  }

  /** Requests the line of a byte: who answered, and the cycles. Every level that missed takes the line. */
  access(frame: number, offset: number): { by: number; cycles: number } {
    for (const [level, { bytes, ways, line, latency }] of this.specs.entries()) {
      const number = Math.floor((frame * 4096 + offset) / line);
      const set = number % (bytes / (ways * line));
      const lines = this.#sets[level]!.get(set) ?? [];
      const hit = lines.includes(number);
      this.#sets[level]!.set(set, [number, ...lines.filter((other) => other !== number)].slice(0, ways));
      if (hit) {
        this.hits[level]!++;
        return { by: level, cycles: latency };
      }
      this.misses[level]!++;
    }
    return { by: this.specs.length, cycles: this.#dramLatency };
  }
}
