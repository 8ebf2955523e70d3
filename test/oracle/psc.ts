/** Paging-structure caches as lists: a set's entries, most recently used first. Slow on purpose. */
interface PscEntry {
  readonly asid: number;
  /** The VPN without the bits below this entry. */
  readonly prefix: number;
}

export class OraclePsc {
  readonly latency: number;
  /** Deepest first. */
  readonly levels: {
    level: number;
    sets: PscEntry[][];
    ways: number;
    shift: number;
    hits: number;
    misses: number;
  }[];
  readonly #pageInvalidates: 'path' | 'asid';

  /** @param shifts log2 of the pages that an entry of a level spans, by level */
  constructor(
    levels: Readonly<Record<string, { sets: number; ways: number }>>,
    latency: number,
    shifts: ArrayLike<number>,
    pageInvalidates: 'path' | 'asid',
  ) {
    this.levels = Object.entries(levels)
      .map(([name, { sets, ways }]) => ({
        level: Number(name),
        sets: Array.from({ length: sets }, () => []),
        ways,
        shift: shifts[Number(name)]!,
        hits: 0,
        misses: 0,
      }))
      .sort((a, b) => a.level - b.level);
    this.latency = this.levels.length > 0 ? latency : 0;
    this.#pageInvalidates = pageInvalidates;
  }

  /** The level of the deepest cached pointer on the way to a page, 0 for none. */
  lookup(asid: number, vpn: number): number {
    for (const cache of this.levels) {
      const { set, prefix } = this.#place(cache, vpn);
      const found = set.find((entry) => entry.asid === asid && entry.prefix === prefix);
      if (found === undefined) {
        cache.misses++;
        continue;
      }
      cache.hits++;
      set.splice(set.indexOf(found), 1);
      set.unshift(found);
      return cache.level;
    }
    return 0;
  }

  fill(asid: number, vpn: number, level: number): void {
    const cache = this.levels.find((one) => one.level === level);
    if (cache === undefined) return;
    const { set, prefix } = this.#place(cache, vpn);
    const present = set.findIndex((entry) => entry.asid === asid && entry.prefix === prefix);
    if (present >= 0) set.splice(present, 1);
    set.unshift({ asid, prefix });
    set.length = Math.min(set.length, cache.ways);
  }

  invalidateRange(asid: number, vpn: number, pages: number): void {
    this.#drop(({ asid: own, prefix }, shift) => {
      if (own !== asid) return false;
      const first = prefix * 2 ** shift;
      const start = vpn % 2 ** 45;
      return this.#pageInvalidates === 'asid' || (first < start + pages && start < first + 2 ** shift);
    });
  }

  invalidateAsid(asid: number): void {
    this.#drop((entry) => entry.asid === asid);
  }

  invalidateAll(): void {
    this.#drop(() => true);
  }

  #drop(stale: (entry: PscEntry, shift: number) => boolean): void {
    for (const cache of this.levels) {
      for (const set of cache.sets) {
        const kept = set.filter((entry) => !stale(entry, cache.shift));
        set.splice(0, set.length, ...kept);
      }
    }
  }

  #place(cache: OraclePsc['levels'][number], vpn: number): { set: PscEntry[]; prefix: number } {
    // 57-bit addresses are the widest there are: what stands above is a copy of the top bit.
    const prefix = Math.floor((vpn % 2 ** 45) / 2 ** cache.shift);
    return { set: cache.sets[prefix % cache.sets.length]!, prefix };
  }
}
