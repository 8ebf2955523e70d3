const UNKNOWN = -1;

/**
 * Interns the upper 32 bits of addresses to small numbers, in order of first appearance. One per trace: whoever
 * decodes it gives the numbers (a thread ahead of the run may do so), the simulation only asks for them.
 */
export class RegionTable {
  private readonly ids = new Map<number, number>();
  private high = new Float64Array(64);
  private interned = 0;

  /** The region number of `address >> 32` (0 .. 2^32-1). */
  intern(high: number): number {
    const known = this.ids.get(high);
    if (known !== undefined) return known;
    const id = this.interned++;
    if (id === this.high.length) {
      const grown = new Float64Array(id * 2);
      grown.set(this.high);
      this.high = grown;
    }
    this.high[id] = high;
    this.ids.set(high, id);
    return id;
  }

  /** The number that a region has already, -1 when nothing in it has appeared. */
  find(high: number): number {
    return this.ids.get(high) ?? UNKNOWN;
  }

  /** `address >> 32` of a region. */
  highOf(region: number): number {
    return this.high[region]!;
  }

  get count(): number {
    return this.interned;
  }
}
