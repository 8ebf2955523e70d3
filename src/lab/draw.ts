import type { Rng } from '../core/rng.ts';

/** A number in low..high, both included. */
export function between(rng: Rng, low: number, high: number): number {
  return low + rng.below(high - low + 1);
}

/** One of these. */
export function pick<T>(rng: Rng, items: readonly T[]): T {
  return items[rng.below(items.length)]!;
}

/** The items in random order. */
export function shuffled<T>(rng: Rng, items: readonly T[]): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

/** `count` different numbers in low..high, in random order. */
export function distinct(rng: Rng, count: number, low: number, high: number): number[] {
  const taken = new Set<number>();
  while (taken.size < count) taken.add(between(rng, low, high));
  return [...taken];
}
