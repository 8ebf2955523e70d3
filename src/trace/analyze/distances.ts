import { StackDistance } from './stack-distance.ts';

/** Counts how often each LRU stack distance occurs. */
export class Distances {
  readonly #stack = new StackDistance();
  #counts = new Float64Array(1 << 10);
  /** Uses that were the first of their page. */
  first = 0;

  use(page: number): void {
    const distance = this.#stack.use(page);
    if (distance < 0) {
      this.first++;
      return;
    }
    if (distance >= this.#counts.length) {
      const grown = new Float64Array(Math.max(distance + 1, this.#counts.length * 2));
      grown.set(this.#counts);
      this.#counts = grown;
    }
    this.#counts[distance]!++;
  }

  /** How often each distance occurred, up to the largest that did. */
  counts(): Float64Array {
    let end = this.#counts.length;
    while (end > 0 && this.#counts[end - 1] === 0) end--;
    return this.#counts.subarray(0, end);
  }

  /**
   * Misses of an LRU structure of `entries` entries for each number from 0 up to where only first uses miss
   * (1 at least).
   * @param share of all pages that these are: distances and counts stand for 1/share as many
   */
  misses(share: number): Float64Array {
    const counts = this.counts();
    const sizes = Math.max(1, Math.ceil(counts.length / share)) + 1;
    const misses = new Float64Array(sizes);
    let sum = this.first;
    let distance = counts.length;
    for (let size = sizes - 1; size >= 0; size--) {
      while (distance > 0 && (distance - 1) / share >= size) sum += counts[--distance]!;
      misses[size] = sum / share;
    }
    return misses;
  }
}
