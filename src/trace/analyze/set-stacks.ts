const EMPTY = -1;

/**
 * LRU stacks of every set of a set-associative structure, `ways` deep: one pass gives the misses of every number of
 * ways up to that (LRU has the inclusion property, set by set).
 */
export class SetStacks {
  readonly sets: number;
  readonly ways: number;
  /** Uses that hit at each depth; the last entry counts those beyond `ways`, first uses included. */
  readonly depths: Float64Array;
  /** Pages by set and depth, the most recent first. */
  readonly #stacks: Int32Array;
  readonly #mask: number;

  /** @param sets a power of two */
  constructor(sets: number, ways: number) {
    this.sets = sets;
    this.ways = ways;
    this.#mask = sets - 1;
    this.depths = new Float64Array(ways + 1);
    this.#stacks = new Int32Array(sets * ways).fill(EMPTY);
  }

  /**
   * Uses a page.
   * @param index the bits of its page number that choose the set
   * @param id its number among all pages
   */
  use(index: number, id: number): void {
    const stacks = this.#stacks;
    const { ways } = this;
    const base = (index & this.#mask) * ways;
    if (stacks[base] === id) {
      this.depths[0]!++;
      return;
    }
    let moving = stacks[base]!;
    stacks[base] = id;
    let depth = 1;
    for (; depth < ways; depth++) {
      const here = stacks[base + depth]!;
      stacks[base + depth] = moving;
      if (here === id) break;
      moving = here;
    }
    this.depths[depth]!++;
  }

  /** Misses with `ways` ways. */
  misses(ways: number): number {
    let sum = 0;
    for (let depth = ways; depth <= this.ways; depth++) sum += this.depths[depth]!;
    return sum;
  }
}
