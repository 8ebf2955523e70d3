const PAGES_PER_REGION = 2 ** 20;
const FREE = -1;

/**
 * Gives every page of every address space a small number, in order of first appearance. Open addressing in typed
 * arrays: 24 bytes a page at most, nothing per access.
 */
export class PageIndex {
  #keys = new Float64Array(1 << 12).fill(FREE);
  #ids = new Int32Array(1 << 12);
  #mask = (1 << 12) - 1;
  #count = 0;
  /** Number of the region of a space, by space and region. */
  readonly #regions: Int32Array[] = [];
  #regionCount = 0;

  /** Pages so far. */
  get count(): number {
    return this.#count;
  }

  /**
   * The number of a page.
   * @param region of the trace's region table
   * @param page bits 19..0 of its VPN, or fewer for larger pages
   */
  id(space: number, region: number, page: number): number {
    const high = this.#regionNumber(space, region);
    const key = high * PAGES_PER_REGION + page;
    let slot = hash(high, page) & this.#mask;
    while (true) {
      const found = this.#keys[slot]!;
      if (found === key) return this.#ids[slot]!;
      if (found === FREE) break;
      slot = (slot + 1) & this.#mask;
    }
    this.#keys[slot] = key;
    this.#ids[slot] = this.#count;
    if (++this.#count * 2 > this.#mask) this.#grow();
    return this.#count - 1;
  }

  #regionNumber(space: number, region: number): number {
    let numbers = this.#regions[space];
    if (numbers === undefined || region >= numbers.length) {
      const grown = new Int32Array(Math.max(16, region * 2)).fill(-1);
      if (numbers) grown.set(numbers);
      this.#regions[space] = grown;
      numbers = grown;
    }
    const known = numbers[region]!;
    if (known >= 0) return known;
    numbers[region] = this.#regionCount;
    return this.#regionCount++;
  }

  #grow(): void {
    const { length } = this.#keys;
    const oldKeys = this.#keys;
    const oldIds = this.#ids;
    this.#keys = new Float64Array(length * 2).fill(FREE);
    this.#ids = new Int32Array(length * 2);
    this.#mask = length * 2 - 1;
    for (let i = 0; i < length; i++) {
      const key = oldKeys[i]!;
      if (key === FREE) continue;
      let slot = hash(Math.floor(key / PAGES_PER_REGION), key % PAGES_PER_REGION) & this.#mask;
      while (this.#keys[slot] !== FREE) slot = (slot + 1) & this.#mask;
      this.#keys[slot] = key;
      this.#ids[slot] = oldIds[i]!;
    }
  }
}

function hash(high: number, page: number): number {
  const x = Math.imul(page ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return x ^ (x >>> 15);
}
