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

/**
 * A TLB with its entries' payload: where the page is, what it allows, and the 6-bit mask of accesses that need no
 * further check. Slots number the entries of all arrays together.
 */
export class Tlb {
  readonly name: string;
  readonly latency: number;
  readonly arrays: readonly TlbArray[];
  readonly #bases: readonly number[];
  readonly #fillOnMiss: boolean;
  /** By slot: PFN of the entry's first page, attributes (core/attributes.ts), allowed mask (mmu/permissions). */
  readonly frames: Float64Array;
  readonly attributes: Int32Array;
  readonly allowed: Uint8Array;
  /** Size shift of the entry itself: that of its leaf, or less where the TLB holds the leaf in pieces. */
  readonly shifts: Uint8Array;
  /** Set on entries that hold a piece of a larger leaf: one invalidation must find all pieces. */
  readonly pieces: Uint8Array;
  #pieceCount = 0;

  lookups = 0;
  misses = 0;
  evictions = 0;
  invalidations = 0;
  /** Key tags that the last {@link fill} pushed out: the parts of the victim, or null. */
  victim: TagParts | null = null;

  constructor(config: TlbConfig, regions: RegionTable) {
    this.name = config.name;
    this.latency = config.latency;
    this.#fillOnMiss = config.fillOnMiss ?? true;
    this.arrays = config.arrays.map((array) => new TlbArray(array, regions));
    let slots = 0;
    this.#bases = this.arrays.map((array) => {
      const base = slots;
      slots += array.table.tags.length;
      return base;
    });
    this.frames = new Float64Array(slots);
    this.attributes = new Int32Array(slots);
    this.allowed = new Uint8Array(slots);
    this.shifts = new Uint8Array(slots);
    this.pieces = new Uint8Array(slots);
  }

  /** The slot of the entry that covers the page of `key`, or -1. Counts as a use, not as a lookup. */
  lookup(key: number): number {
    const arrays = this.arrays;
    for (let i = 0; i < arrays.length; i++) {
      if (arrays[i]!.table.live === 0) continue;
      const slot = arrays[i]!.lookup(key);
      if (slot >= 0) return slot + this.#bases[i]!;
    }
    return -1;
  }

  /** As {@link lookup}, leaving no trace. */
  find(key: number): number {
    for (const [i, array] of this.arrays.entries()) {
      const slot = array.find(key);
      if (slot >= 0) return slot + this.#bases[i]!;
    }
    return -1;
  }

  /**
   * Enters a translation. `frame` is the PFN of the 4 KiB page of `key` itself; a leaf of size `leafShift` is entered
   * with the largest size the TLB holds up to that. Returns the slot, or -1 when no array takes such pages.
   */
  fill(
    key: number,
    low: number,
    leafShift: number,
    frame: number,
    attributes: number,
    allowed: number,
  ): number {
    this.victim = null;
    if (!this.#fillOnMiss) return -1;
    let chosen = -1;
    let shift = -1;
    for (let i = 0; i < this.arrays.length; i++) {
      const size = this.arrays[i]!.sizeFor(leafShift);
      if (size > shift) {
        shift = size;
        chosen = i;
      }
    }
    if (chosen < 0) return -1;
    const array = this.arrays[chosen]!;
    const slot = array.insert(key, shift) + this.#bases[chosen]!;
    if (array.table.evicted !== EMPTY) {
      this.evictions++;
      this.victim = array.partsOf(array.table.evicted);
    }
    this.frames[slot] = frame - (low & (2 ** shift - 1));
    this.attributes[slot] = attributes;
    this.allowed[slot] = allowed;
    this.shifts[slot] = shift;
    const piece = shift < leafShift ? 1 : 0;
    this.#pieceCount += piece - this.pieces[slot]!;
    this.pieces[slot] = piece;
    return slot;
  }

  /** The frame of the 4 KiB page with these low VPN bits, under an entry that covers it. */
  frameOf(slot: number, low: number): number {
    return this.frames[slot]! + (low & ((1 << this.shifts[slot]!) - 1));
  }

  /** Drops every entry of this page, whatever its size, and every piece of a larger leaf in the same address space. */
  invalidate(key: number, asid: number): void {
    for (let slot = this.find(key); slot >= 0; slot = this.find(key)) this.#drop(slot);
    if (this.#pieceCount > 0)
      this.invalidateWhere((parts, other) => parts.asid === asid && this.pieces[other] === 1);
  }

  /** Drops every entry for which `stale` says so. */
  invalidateWhere(stale: (parts: TagParts, slot: number) => boolean): void {
    for (const [i, array] of this.arrays.entries()) {
      if (array.table.live === 0) continue;
      const tags = array.table.tags;
      for (let at = 0; at < tags.length; at++) {
        const slot = at + this.#bases[i]!;
        if (tags[at] !== EMPTY && stale(array.partsOf(tags[at]!), slot)) this.#drop(slot);
      }
    }
  }

  invalidateAll(): void {
    for (const array of this.arrays) {
      this.invalidations += array.table.live;
      array.clear();
    }
    this.pieces.fill(0);
    this.#pieceCount = 0;
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
    for (const [i, { table }] of this.arrays.entries()) {
      for (let at = 0; at < table.tags.length; at++) {
        if (table.tags[at] === EMPTY) continue;
        const parts = this.arrays[i]!.partsOf(table.tags[at]!);
        const set = Math.floor(at / table.ways);
        yield {
          slot: at + this.#bases[i]!,
          array: i,
          set,
          way: at % table.ways,
          rank: table.rank(at),
          parts,
        };
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

  #drop(slot: number): void {
    let i = this.#bases.length - 1;
    while (this.#bases[i]! > slot) i--;
    this.arrays[i]!.remove(slot - this.#bases[i]!);
    this.#pieceCount -= this.pieces[slot]!;
    this.pieces[slot] = 0;
    this.invalidations++;
  }
}
