import type { Rng } from '../../core/rng.ts';

/** Choices by a seeded generator. */
export class Dice {
  readonly #rng: Rng;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  below(bound: number): number {
    return this.#rng.below(bound);
  }

  chance(probability: number): boolean {
    return this.#rng.unit() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.#rng.below(items.length)]!;
  }

  weighted<T extends string>(weights: Readonly<Partial<Record<T, number>>>): T {
    const entries = Object.entries(weights) as [T, number][];
    let left = this.#rng.unit() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [item, weight] of entries) {
      left -= weight;
      if (left < 0) return item;
    }
    return entries.at(-1)![0];
  }
}
