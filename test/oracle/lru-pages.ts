/** An LRU structure of sets and ways, the obvious way: an array of pages per set, the last used in front. */
export class LruPages {
  misses = 0;
  readonly #sets: number;
  readonly #ways: number;
  readonly #stacks = new Map<number, number[]>();

  constructor(sets: number, ways: number) {
    this.#sets = sets;
    this.#ways = ways;
  }

  use(page: number): void {
    const set = page % this.#sets;
    const stack = this.#stacks.get(set) ?? [];
    const hit = stack.includes(page);
    if (!hit) this.misses++;
    const rest = stack.filter((other) => other !== page);
    this.#stacks.set(set, [page, ...rest].slice(0, this.#ways));
  }
}
