/** The most recent pages, kept apart as a list: most distances are short, and a short list is faster than a tree. */
const RECENT = 16;

/**
 * LRU stack distances of a stream of page numbers, exactly: how many different pages were used since the last use of
 * this one (Mattson et al., 1970). Behind the most recent pages, a Fenwick tree over the times at which pages left
 * that list counts them (Bennett and Kruskal, 1975; Olken, 1981); when the times run out they are numbered anew, so
 * that memory follows the number of pages and not the length of the stream.
 */
export class StackDistance {
  /** Pages by depth, the last used first; -1 where there is none yet. */
  readonly #recent = new Int32Array(RECENT).fill(-1);
  /** Time of leaving the list by page; 0 for a page that was never used or is in the list. */
  #time = new Int32Array(1 << 10);
  /** Page by time, -1 where it has come back since. */
  #page: Int32Array;
  /** Fenwick tree over times 1..capacity: 1 for each page that is not in the list. */
  #tree: Int32Array;
  #capacity: number;
  #now = 0;
  /** Pages in the tree. */
  #live = 0;

  constructor(capacity = 1 << 12) {
    this.#capacity = capacity;
    this.#tree = new Int32Array(capacity + 1);
    this.#page = new Int32Array(capacity + 1).fill(-1);
  }

  /** Uses a page. The number of different pages since its last use, 0 when it was the last; -1 for a first use. */
  use(page: number): number {
    const recent = this.#recent;
    let moving = recent[0]!;
    if (moving === page) return 0;
    recent[0] = page;
    for (let depth = 1; depth < RECENT; depth++) {
      const here = recent[depth]!;
      recent[depth] = moving;
      if (here === page) return depth;
      moving = here;
    }
    const distance = this.#take(page);
    if (moving >= 0) this.#leave(moving);
    return distance;
  }

  /** The distance of a page behind the list, which leaves the tree; -1 for one that was never used. */
  #take(page: number): number {
    const last = page < this.#time.length ? this.#time[page]! : 0;
    if (last === 0) return -1;
    const tree = this.#tree;
    const capacity = this.#capacity;
    let notAfter = 0;
    for (let i = last; i > 0; i &= i - 1) notAfter += tree[i]!;
    for (let i = last; i <= capacity; i += i & -i) tree[i]!--;
    this.#page[last] = -1;
    this.#time[page] = 0;
    const distance = RECENT + this.#live - notAfter;
    this.#live--;
    return distance;
  }

  /** A page drops out of the list into the tree. */
  #leave(page: number): void {
    if (page >= this.#time.length) {
      const grown = new Int32Array(Math.max(page + 1, this.#time.length * 2));
      grown.set(this.#time);
      this.#time = grown;
    }
    if (this.#now === this.#capacity) this.#renumber();
    const now = ++this.#now;
    for (let i = now; i <= this.#capacity; i += i & -i) this.#tree[i]!++;
    this.#page[now] = page;
    this.#time[page] = now;
    this.#live++;
  }

  /** Numbers the times 1, 2, ... in their order; doubles the room when more than a quarter of it is in use. */
  #renumber(): void {
    const pages = this.#page;
    const before = this.#capacity;
    while (this.#live * 4 > this.#capacity) this.#capacity *= 2;
    const fresh = new Int32Array(this.#capacity + 1).fill(-1);
    let now = 0;
    for (let time = 1; time <= before; time++) {
      const page = pages[time]!;
      if (page < 0) continue;
      fresh[++now] = page;
      this.#time[page] = now;
    }
    this.#page = fresh;
    this.#now = now;
    this.#tree = fenwick(now, this.#capacity);
  }
}

/** A Fenwick tree whose first `ones` counts are 1 and the others 0. */
function fenwick(ones: number, capacity: number): Int32Array {
  const tree = new Int32Array(capacity + 1);
  for (let i = 1; i <= capacity; i++) {
    const low = i & -i;
    tree[i] = Math.max(0, Math.min(i, ones) - (i - low));
  }
  return tree;
}
