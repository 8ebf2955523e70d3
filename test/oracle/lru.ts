/** Set-associative true LRU, as plainly as it can be said: a list a set, most recently used first. */
export class LruModel<Entry> {
  readonly #ways: number;
  readonly #lists: Map<string, Entry>[];

  constructor(sets: number, ways: number) {
    this.#ways = ways;
    this.#lists = Array.from({ length: sets }, () => new Map());
  }

  /** The entry of this name, which thereby becomes the most recently used one of its set. */
  use(set: number, name: string): Entry | undefined {
    const list = this.#lists[set]!;
    const entry = list.get(name);
    if (entry !== undefined) {
      list.delete(name);
      list.set(name, entry);
    }
    return entry;
  }

  /** Adds an entry that is not there; the least recently used one of a full set goes. */
  add(set: number, name: string, entry: Entry): void {
    const list = this.#lists[set]!;
    if (list.size === this.#ways) list.delete(list.keys().next().value!);
    list.set(name, entry);
  }

  remove(isStale: (entry: Entry, name: string) => boolean): void {
    for (const list of this.#lists) {
      for (const [name, entry] of list) if (isStale(entry, name)) list.delete(name);
    }
  }
}
