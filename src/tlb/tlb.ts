import { type Arena, HOST_MEMORY } from '../core/arena.ts';
import type { RegionTable } from '../core/regions.ts';
import { EMPTY } from './associative.ts';
import type { TagParts } from './key.ts';
import { TlbArray, type TlbArrayConfig } from './tlb-array.ts';

/** One TLB of a machine: its arrays (often one per page size) are searched together. */
export interface TlbConfig {
  name: string;
  /** Cycles that a hit here adds, 0 for a first level whose time is part of the access. */
  latency: number;
  /** False: neither a walk nor a hit in a further TLB enters its translation here. Default true. */
  fillOnMiss?: boolean;
  arrays: readonly TlbArrayConfig[];
}

/** Leaf sizes are below 2^64 pages. */
const SHIFTS = 64;

/**
 * A TLB with its entries' payload: where the page is, what it allows, and the 6-bit mask of accesses that need no
 * further check. Slots number the entries of all arrays together. Where stale entries of several sizes cover one
 * page, the smallest answers.
 */
export class Tlb {
  readonly name: string;
  readonly latency: number;
  readonly arrays: readonly TlbArray[];
  /** The array for 4 KiB entries: nearly every lookup ends there. */
  readonly small: TlbArray;
  /** Every size that some array holds, smallest first. */
  readonly sizes: readonly { array: TlbArray; shift: number }[];
  /** The array that takes a leaf, by its size shift, and the shift of the entry that it makes; null for none. */
  private readonly homes: readonly (TlbArray | null)[];
  private readonly homeShifts: Uint8Array;
  /** By slot: PFN of the entry's first page, attributes (core/attributes.ts), allowed mask (mmu/permissions). */
  readonly frames: Float64Array;
  readonly attributes: Int32Array;
  readonly allowed: Uint8Array;
  /** Size shift of the entry itself: that of its leaf, or less where the TLB holds the leaf in pieces. */
  readonly shifts: Uint8Array;
  /** Set on entries that hold a piece of a larger leaf: one invalidation must find all pieces. */
  readonly pieces: Uint8Array;
  /** Live entries that are pieces, and live entries larger than 4 KiB. */
  private pieceCount = 0;
  private largeCount = 0;

  lookups = 0;
  misses = 0;
  evictions = 0;
  invalidations = 0;
  /** The array whose entry the last fill pushed out (its tag is there), or null. */
  private evictedFrom: TlbArray | null = null;

  constructor(config: TlbConfig, regions: RegionTable, arena: Arena = HOST_MEMORY) {
    this.name = config.name;
    this.latency = config.latency;
    let slots = 0;
    this.arrays = config.arrays.map((array) => {
      const base = slots;
      slots += array.sets * array.ways;
      return new TlbArray(array, base, regions, arena);
    });
    this.sizes = this.arrays
      .flatMap((array) => array.shifts.map((shift) => ({ array, shift })))
      .sort((a, b) => a.shift - b.shift);
    this.small = this.sizes[0]!.array;
    this.homeShifts = new Uint8Array(SHIFTS);
    this.homes = Array.from({ length: SHIFTS }, (_, leafShift) => {
      const home = this.sizes.findLast(({ shift }) => shift <= leafShift);
      if (home === undefined || config.fillOnMiss === false) return null;
      this.homeShifts[leafShift] = home.shift;
      return home.array;
    });
    this.frames = arena.float64(slots);
    this.attributes = arena.int32(slots);
    this.allowed = arena.uint8(slots);
    this.shifts = arena.uint8(slots);
    this.pieces = arena.uint8(slots);
  }

  /** The slot of the entry that covers the page of `key`, or -1. Counts as a use, not as a lookup. */
  lookup(key: number): number {
    const slot = this.small.lookupSmall(key);
    if (slot >= 0) return slot + this.small.base;
    return this.largeCount === 0 ? -1 : this.lookupLarge(key);
  }

  private lookupLarge(key: number): number {
    for (const { array, shift } of this.sizes) {
      const slot = shift === 0 ? -1 : array.lookup(key, shift);
      if (slot >= 0) return slot + array.base;
    }
    return -1;
  }

  /** As {@link lookup}, leaving no trace. */
  find(key: number): number {
    const slot = this.small.find(key, 0);
    if (slot >= 0) return slot + this.small.base;
    return this.largeCount === 0 ? -1 : this.findLarge(key);
  }

  private findLarge(key: number): number {
    for (const { array, shift } of this.sizes) {
      const slot = shift === 0 ? -1 : array.find(key, shift);
      if (slot >= 0) return slot + array.base;
    }
    return -1;
  }

  /**
   * Enters a translation that a lookup did not find. `frame` is the PFN of the 4 KiB page of `key` itself; a leaf of
   * size `leafShift` is entered with the largest size the TLB holds up to that. Returns the slot, or -1 when the TLB
   * takes no such page.
   */
  insert(
    key: number,
    low: number,
    leafShift: number,
    frame: number,
    attributes: number,
    allowed: number,
  ): number {
    const home = this.homes[leafShift]!;
    if (home === null) return -1;
    const at = home.insert(key, this.homeShifts[leafShift]!);
    return this.write(home, at, low, leafShift, frame, attributes, allowed);
  }

  /** As {@link insert}, where an entry may be there already: it is replaced. */
  enter(
    key: number,
    low: number,
    leafShift: number,
    frame: number,
    attributes: number,
    allowed: number,
  ): number {
    const home = this.homes[leafShift]!;
    if (home === null) return -1;
    const at = home.enter(key, this.homeShifts[leafShift]!);
    return this.write(home, at, low, leafShift, frame, attributes, allowed);
  }

  private write(
    home: TlbArray,
    at: number,
    low: number,
    leafShift: number,
    frame: number,
    attributes: number,
    allowed: number,
  ): number {
    const slot = at + home.base;
    const shift = this.homeShifts[leafShift]!;
    if (home.table.evicted === EMPTY) {
      this.evictedFrom = null;
    } else {
      this.evictions++;
      this.evictedFrom = home;
    }
    this.frames[slot] = frame - (low & ((1 << shift) - 1));
    this.attributes[slot] = attributes;
    this.allowed[slot] = allowed;
    // A free slot stands for a whole 4 KiB entry: #drop left it so.
    if ((leafShift | this.shifts[slot]! | this.pieces[slot]!) !== 0) {
      const piece = shift < leafShift ? 1 : 0;
      this.pieceCount += piece - this.pieces[slot]!;
      this.largeCount += (shift > 0 ? 1 : 0) - (this.shifts[slot]! > 0 ? 1 : 0);
      this.shifts[slot] = shift;
      this.pieces[slot] = piece;
    }
    return slot;
  }

  /** Live entries larger than 4 KiB. */
  get large(): number {
    return this.largeCount;
  }

  /** Who left for the entry that was filled last: its place in the address space, or null. */
  get victim(): TagParts | null {
    return this.evictedFrom === null ? null : this.evictedFrom.partsOf(this.evictedFrom.table.evicted);
  }

  /** The frame of the 4 KiB page with these low VPN bits, under an entry that covers it. */
  frameOf(slot: number, low: number): number {
    return this.frames[slot]! + (low & ((1 << this.shifts[slot]!) - 1));
  }

  /** Drops every entry of this page, whatever its size, and every piece of a larger leaf in the same address space. */
  invalidate(key: number, asid: number): void {
    for (let slot = this.find(key); slot >= 0; slot = this.find(key)) this.drop(slot);
    this.invalidatePieces(asid);
  }

  /** Drops every piece of a larger leaf in this address space. */
  invalidatePieces(asid: number): void {
    if (this.pieceCount > 0)
      this.invalidateWhere((parts, other) => parts.asid === asid && this.pieces[other] === 1);
  }

  /** Drops every entry for which `stale` says so. */
  invalidateWhere(stale: (parts: TagParts, slot: number) => boolean): void {
    for (const array of this.arrays) {
      if (array.table.live === 0) continue;
      const tags = array.table.tags;
      for (let at = 0; at < tags.length; at++) {
        const slot = at + array.base;
        if (tags[at] !== EMPTY && stale(array.partsOf(tags[at]!), slot)) this.drop(slot);
      }
    }
  }

  invalidateAll(): void {
    for (const array of this.arrays) {
      this.invalidations += array.table.live;
      array.table.clear();
    }
    this.shifts.fill(0);
    this.pieces.fill(0);
    this.pieceCount = 0;
    this.largeCount = 0;
  }

  /** Every live entry with its place, for viewers and checks. */
  *entries(): Generator<{
    slot: number;
    array: number;
    set: number;
    way: number;
    rank: number;
    parts: TagParts;
  }> {
    for (const [i, { table, base }] of this.arrays.entries()) {
      for (let at = 0; at < table.tags.length; at++) {
        if (table.tags[at] === EMPTY) continue;
        const parts = this.arrays[i]!.partsOf(table.tags[at]!);
        const set = Math.floor(at / table.ways);
        yield { slot: at + base, array: i, set, way: at % table.ways, rank: table.rank(at), parts };
      }
    }
  }

  widen(rekey: (parts: TagParts) => number): void {
    for (const array of this.arrays) array.widen(rekey);
  }

  /** Whether a second use of a page right after its fill changes no state. */
  get fillCountsAsUse(): boolean {
    return this.arrays.every((array) => array.table.fillCountsAsUse);
  }

  resetCounters(): void {
    this.lookups = this.misses = this.evictions = this.invalidations = 0;
  }

  private drop(slot: number): void {
    const array = this.arrays.findLast(({ base }) => base <= slot)!;
    array.table.remove(slot - array.base);
    this.pieceCount -= this.pieces[slot]!;
    if (this.shifts[slot]! > 0) this.largeCount--;
    this.pieces[slot] = 0;
    this.shifts[slot] = 0;
    this.invalidations++;
  }
}
