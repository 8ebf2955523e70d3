import { REGION_PAGES } from '../core/addr.ts';
import type { Arena } from '../core/arena.ts';
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

/**
 * One array of a TLB: tags of one or several page sizes over one associative table. A set is chosen by the low bits
 * of the page number of that size (VPN >> shift) modulo the number of sets, which is a mask where sets are a power
 * of two.
 */
export class TlbArray {
  readonly table: AssociativeTable;
  readonly shifts: readonly number[];
  /** The number of this array's first slot among the slots of its TLB. */
  readonly base: number;
  private readonly regions: RegionTable;
  /** Shifts up to this one have their set in the key itself, under the mask. */
  readonly masked: number;
  private readonly mask: number;
  private wide = false;

  constructor(config: TlbArrayConfig, base: number, regions: RegionTable, arena: Arena) {
    const { sets, ways, replacement, seed } = config;
    this.table = new AssociativeTable(sets, ways, replacement, seed, arena);
    this.shifts = config.shifts;
    this.base = base;
    this.regions = regions;
    this.mask = config.sets - 1;
    // The low 20 bits of the VPN are in every key; a set number that needs higher ones is worked out from the region.
    this.masked = (config.sets & this.mask) === 0 ? 20 - Math.log2(config.sets) : -1;
  }

  /** The slot of the 4 KiB entry of `key`, or -1; counts as a use. */
  lookupSmall(key: number): number {
    return this.table.lookup(this.masked >= 0 ? key & this.mask : this.setOf(key, 0), key);
  }

  /** The slot of the entry of this size that covers the page of `key`, or -1; counts as a use. */
  lookup(key: number, shift: number): number {
    return this.table.lookup(this.setOf(key, shift), this.tagOf(key, shift));
  }

  /** As {@link lookup}, leaving no trace. */
  find(key: number, shift: number): number {
    return this.table.find(this.setOf(key, shift), this.tagOf(key, shift));
  }

  /** Enters the page of `key`, which has no entry yet, with one of the array's own sizes; returns the slot. */
  insert(key: number, shift: number): number {
    return this.table.insert(this.setOf(key, shift), this.tagOf(key, shift));
  }

  /** As {@link insert}, but the entry may be there: then it is used again, and nobody leaves. */
  enter(key: number, shift: number): number {
    const set = this.setOf(key, shift);
    const tag = this.tagOf(key, shift);
    const present = this.table.lookup(set, tag);
    if (present < 0) return this.table.insert(set, tag);
    this.table.evicted = EMPTY;
    return present;
  }

  partsOf(tag: number): TagParts {
    return partsOfTag(tag, this.wide);
  }

  /** Turns all tags into wide ones; `rekey` gives the wide key of a tag's parts. */
  widen(rekey: (parts: TagParts) => number): void {
    this.table.widen((tag) => {
      const parts = partsOfTag(tag, false);
      return wideTag(rekey(parts), parts.shift);
    });
    this.wide = true;
  }

  private tagOf(key: number, shift: number): number {
    if (shift === 0) return key;
    return this.wide ? wideTag(key, shift) : packedTag(key, shift);
  }

  private setOf(key: number, shift: number): number {
    if (shift <= this.masked) return (key >>> shift) & this.mask;
    const { region, low } = partsOfTag(key, this.wide);
    const vpn = this.regions.highOf(region) * REGION_PAGES + low;
    return Math.floor(vpn / 2 ** shift) % this.table.sets;
  }
}
