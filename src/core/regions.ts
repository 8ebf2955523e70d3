/** Interns the upper 32 bits of addresses to small numbers, in order of first appearance. One per trace. */
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

  /** `address >> 32` of a region. */
  highOf(region: number): number {
    return this.high[region]!;
  }

  get count(): number {
    return this.interned;
  }
}
