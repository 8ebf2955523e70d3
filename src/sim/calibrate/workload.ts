import { Rng } from '../../core/rng.ts';

/**
 * Pages written by a key-value store: `writes` draws of `pages` pages, popularity falling as 1/rank^skew (Zipf;
 * 0 = all alike), popular pages spread over the region by a shuffle. The same seed gives the same list.
 */
export function zipfPages(pages: number, writes: number, skew: number, seed: number): Uint32Array {
  const rng = new Rng(seed);
  const pageOfRank = shuffledPages(pages, rng);
  const cumulative = new Float64Array(pages);
  let total = 0;
  for (let rank = 0; rank < pages; rank++) {
    total += 1 / (rank + 1) ** skew;
    cumulative[rank] = total;
  }
  return Uint32Array.from({ length: writes }, () => pageOfRank[rankOf(cumulative, rng.unit() * total)]!);
}

/** Every page once, in random order. */
export function everyPageOnce(pages: number, seed: number): Uint32Array {
  return shuffledPages(pages, new Rng(seed));
}

function shuffledPages(pages: number, rng: Rng): Uint32Array {
  const order = Uint32Array.from({ length: pages }, (_, page) => page);
  for (let i = pages - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}

/** The first rank whose cumulative weight exceeds `at`. */
function rankOf(cumulative: Float64Array, at: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function distinctCount(list: Uint32Array): number {
  return new Set(list).size;
}
