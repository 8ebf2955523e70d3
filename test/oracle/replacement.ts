import type { Replacement } from '../../src/tlb/replacement/index.ts';

/**
 * One set of a table, written for obviousness: a list of ways with whatever each policy remembers, in the words of
 * the policy's definition. Slow on purpose.
 */
export class OracleSet<Tag = number> {
  readonly ways: (Tag | null)[];
  readonly #policy: Replacement;
  /** For `random`: a way below the number given. */
  readonly #draw: (ways: number) => number;
  /** Tags, oldest first: last use (LRU) or arrival (FIFO). */
  #order: Tag[] = [];
  /** bit-PLRU: ways used since the last clearing. */
  #recent = new Set<number>();
  /** tree-PLRU: which half of each subtree (named by the path from the root) was used longer ago. */
  #tree = new Map<string, 'left' | 'right'>();
  /** SRRIP: prediction per way. */
  #prediction: number[];

  constructor(ways: number, policy: Replacement, draw: (ways: number) => number = () => 0) {
    this.ways = new Array(ways).fill(null);
    this.#policy = policy;
    this.#draw = draw;
    this.#prediction = new Array(ways).fill(0);
  }

  access(tag: Tag): { hit: boolean; evicted: Tag | null } {
    return this.touch(tag) ? { hit: true, evicted: null } : { hit: false, evicted: this.insert(tag) };
  }

  /** A use of a tag, if it is there. */
  touch(tag: Tag): boolean {
    const way = this.ways.indexOf(tag);
    if (way >= 0) this.#use(way, tag, true);
    return way >= 0;
  }

  /** Takes in a tag that is not there; who had to leave for it, or null. */
  insert(tag: Tag): Tag | null {
    const free = this.ways.indexOf(null);
    const victim = free >= 0 ? free : this.#victim();
    const evicted = this.ways[victim]!;
    this.#order = this.#order.filter((other) => other !== evicted);
    this.ways[victim] = tag;
    this.#order.push(tag);
    this.#use(victim, tag, false);
    return evicted;
  }

  remove(tag: Tag): void {
    const way = this.ways.indexOf(tag);
    this.ways[way] = null;
    this.#order = this.#order.filter((other) => other !== tag);
    this.#recent.delete(way);
  }

  #use(way: number, tag: Tag, hit: boolean): void {
    if (this.#policy === 'lru') this.#order = [...this.#order.filter((other) => other !== tag), tag];
    if (this.#policy === 'bit-plru') {
      this.#recent.add(way);
      if (this.#recent.size === this.ways.length) this.#recent = new Set([way]);
    }
    if (this.#policy === 'srrip') this.#prediction[way] = hit ? 0 : 2;
    if (this.#policy === 'tree-plru') {
      let low = 0;
      let high = this.ways.length;
      let path = '';
      while (high - low > 1) {
        const middle = (low + high) / 2;
        const goesLeft = way < middle;
        this.#tree.set(path, goesLeft ? 'right' : 'left');
        path += goesLeft ? 'l' : 'r';
        if (goesLeft) high = middle;
        else low = middle;
      }
    }
  }

  #victim(): number {
    if (this.#policy === 'random') return this.#draw(this.ways.length);
    if (this.#policy === 'lru' || this.#policy === 'fifo') return this.ways.indexOf(this.#order[0]!);
    if (this.#policy === 'bit-plru') {
      if (this.ways.length === 1) return 0;
      return this.ways.findIndex((_, way) => !this.#recent.has(way));
    }
    if (this.#policy === 'srrip') {
      while (!this.#prediction.includes(3)) this.#prediction = this.#prediction.map((value) => value + 1);
      return this.#prediction.indexOf(3);
    }
    let low = 0;
    let high = this.ways.length;
    let path = '';
    while (high - low > 1) {
      const middle = (low + high) / 2;
      const older = this.#tree.get(path) ?? 'left';
      path += older === 'left' ? 'l' : 'r';
      if (older === 'left') high = middle;
      else low = middle;
    }
    return low;
  }
}
