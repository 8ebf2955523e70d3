/** A swap device: slots with a contents word and the number of PTEs (and caches) that refer to each. */
export class SwapArea {
  readonly slots: number;
  private readonly counts: number[] = [];
  private readonly contents: number[] = [];
  /** Frames that hold a slot's page too (the swap cache). */
  readonly cache = new Map<number, number>();
  private free: number[] = [];
  private inUse = 0;

  constructor(slots: number) {
    this.slots = slots;
  }

  get used(): number {
    return this.inUse;
  }

  get hasRoom(): boolean {
    return this.inUse < this.slots;
  }

  /** A slot for a page with these contents and no reference yet. */
  allocate(content: number): number {
    const slot = this.free.pop() ?? this.counts.length;
    this.counts[slot] = 0;
    this.contents[slot] = content;
    this.inUse++;
    return slot;
  }

  contentOf(slot: number): number {
    return this.contents[slot]!;
  }

  get(slot: number): void {
    this.counts[slot]!++;
  }

  /** Drops a reference (swap_free). The last one returns the contents word to be released; otherwise -1. */
  put(slot: number): number {
    const left = --this.counts[slot]!;
    if (left > 0) return -1;
    const content = this.contents[slot]!;
    this.contents[slot] = 0;
    this.free.push(slot);
    this.inUse--;
    return content;
  }
}
