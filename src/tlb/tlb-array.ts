import { REGION_PAGES } from '../core/addr.ts';
import type { RegionTable } from '../core/regions.ts';
import { AssociativeTable, EMPTY } from './associative.ts';
import { packedTag, partsOfTag, type TagParts, wideTag } from './key.ts';
import type { Replacement } from './replacement/index.ts';

/** The geometry of one array of a TLB. `shifts`: the page sizes it holds, as log2 of 4 KiB pages. */
export interface TlbArrayConfig {
  shifts: readonly number[];
  sets: number;
  ways: number;
  replacement: Replacement;
  seed?: number;
}

const LOW_MASK = REGION_PAGES - 1;

/**
 * One array of a TLB: tags of one or several page sizes over one associative table. A set is chosen by the low bits
 * of the page number of that size (VPN >> shift) modulo the number of sets, which is a mask where sets are a power
 * of two.
 */
export class TlbArray {
  readonly table: AssociativeTable;
  readonly shifts: readonly number[];
  /** Entries in use per element of `shifts`; sizes that nobody uses are not searched. */
  readonly #liveOf: Int32Array;
  readonly #regions: RegionTable;
  readonly #masked: boolean;
  readonly #mask: number;
  #wide = false;

  constructor(config: TlbArrayConfig, regions: RegionTable) {
    this.table = new AssociativeTable(config.sets, config.ways, config.replacement, config.seed);
    this.shifts = config.shifts;
    this.#liveOf = new Int32Array(config.shifts.length);
    this.#regions = regions;
    this.#mask = config.sets - 1;
    const largest = Math.max(...config.shifts);
    this.#masked = (config.sets & this.#mask) === 0 && config.sets <= 2 ** (20 - largest);
  }

  /** The slot whose entry covers the page of `key`, or -1; counts as a use. */
  lookup(key: number): number {
    for (let i = 0; i < this.shifts.length; i++) {
      if (this.#liveOf[i] === 0) continue;
      const shift = this.shifts[i]!;
      const slot = this.table.lookup(this.#setOf(key, shift), this.#tagOf(key, shift));
      if (slot >= 0) return slot;
    }
    return -1;
  }

  /** As {@link lookup}, leaving no trace. */
  find(key: number): number {
    for (let i = 0; i < this.shifts.length; i++) {
      if (this.#liveOf[i] === 0) continue;
      const shift = this.shifts[i]!;
      const slot = this.table.find(this.#setOf(key, shift), this.#tagOf(key, shift));
      if (slot >= 0) return slot;
    }
    return -1;
  }

  /** The largest size this array holds that is not above `shift`, or -1 when it holds none. */
  sizeFor(shift: number): number {
    let best = -1;
    for (const own of this.shifts) if (own <= shift && own > best) best = own;
    return best;
  }

  /** Enters the page of `key` with one of the array's own sizes; returns the slot. `table.evicted` says who left. */
  insert(key: number, shift: number): number {
    const set = this.#setOf(key, shift);
    const tag = this.#tagOf(key, shift);
    const present = this.table.find(set, tag);
    if (present >= 0) {
      this.table.evicted = EMPTY;
      return this.table.lookup(set, tag);
    }
    const slot = this.table.insert(set, tag);
    this.#count(shift, 1);
    if (this.table.evicted !== EMPTY) this.#count(this.partsOf(this.table.evicted).shift, -1);
    return slot;
  }

  remove(slot: number): void {
    this.#count(this.partsOf(this.table.tags[slot]!).shift, -1);
    this.table.remove(slot);
  }

  clear(): void {
    this.table.clear();
    this.#liveOf.fill(0);
  }

  partsOf(tag: number): TagParts {
    return partsOfTag(tag, this.#wide);
  }

  /** Turns all tags into wide ones; `rekey` gives the wide key of a tag's parts. */
  widen(rekey: (parts: TagParts) => number): void {
    this.table.widen((tag) => {
      const parts = partsOfTag(tag, false);
      return wideTag(rekey(parts), parts.shift);
    });
    this.#wide = true;
  }

  #count(shift: number, by: number): void {
    this.#liveOf[this.shifts.indexOf(shift)] += by;
  }

  #tagOf(key: number, shift: number): number {
    if (this.#wide) return wideTag(key, shift);
    return shift === 0 ? key : packedTag(key, shift);
  }

  #setOf(key: number, shift: number): number {
    if (this.#masked) return ((key & LOW_MASK) >>> shift) & this.#mask;
    const { region, low } = partsOfTag(this.#wide ? wideTag(key, 0) : key, this.#wide);
    const vpn = this.#regions.highOf(region) * REGION_PAGES + low;
    return Math.floor(vpn / 2 ** shift) % this.table.sets;
  }
}
