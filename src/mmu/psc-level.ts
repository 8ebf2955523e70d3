import type { Asid, Pfn, Vpn } from '../core/addr.ts';
import { highOf, LOW_BITS, lowOf } from './split.ts';

/** The upper VPN bits that 57-bit addresses leave in the high half. */
const HIGH_MASK = 0x3ffff;
/** Bits of the low half that a tag can hold: what is left above level 1. */
const TAG_LOW_BITS = 18;
const EMPTY = -1;

/**
 * The cache for the entries of one paging level: set-associative, true LRU. An entry is named by its ASID and the VPN
 * bits above its span, which come as the two halves of split.ts.
 */
export class PscLevel {
  /** The level of the page-table entries cached here. */
  readonly level: number;
  hits = 0;
  misses = 0;
  readonly #shift: number;
  readonly #sets: number;
  readonly #ways: number;
  /** The tag's low 32 bits, and its rest with the ASID; the rest is EMPTY in a free slot. */
  readonly #tags: Int32Array;
  readonly #spaces: Int32Array;
  readonly #stamps: Float64Array;
  readonly #tables: Float64Array;
  readonly #attributes: Int32Array;
  #clock = 0;

  /** @param shift log2 of the pages that an entry of this level spans, at least 9 */
  constructor(level: number, shift: number, sets: number, ways: number) {
    this.level = level;
    this.#shift = shift;
    this.#sets = sets;
    this.#ways = ways;
    this.#tags = new Int32Array(sets * ways);
    this.#spaces = new Int32Array(sets * ways).fill(EMPTY);
    this.#stamps = new Float64Array(sets * ways);
    this.#tables = new Float64Array(sets * ways);
    this.#attributes = new Int32Array(sets * ways);
  }

  /** The slot that holds the entry on the way to this page, or -1. A hit counts as a use. */
  lookup(asid: Asid, low: number, high: number): number {
    const slot = this.#find(asid, low, high);
    if (slot < 0) {
      this.misses++;
    } else {
      this.hits++;
      this.#stamps[slot] = ++this.#clock;
    }
    return slot;
  }

  /** Caches an entry: the table it points to and the attributes so far, in place of the least recently used. */
  insert(asid: Asid, low: number, high: number, table: Pfn, attributes: number): void {
    let slot = this.#find(asid, low, high);
    if (slot < 0) {
      slot = this.#setOf(low, high) * this.#ways;
      for (let other = slot + 1, end = slot + this.#ways; other < end; other++) {
        if (this.#stamps[other]! < this.#stamps[slot]!) slot = other;
      }
    }
    this.#tags[slot] = this.#tagOf(low, high);
    this.#spaces[slot] = this.#spaceOf(asid, high);
    this.#stamps[slot] = ++this.#clock;
    this.#tables[slot] = table;
    this.#attributes[slot] = attributes;
  }

  tableOf(slot: number): Pfn {
    return this.#tables[slot]!;
  }

  attributesOf(slot: number): number {
    return this.#attributes[slot]!;
  }

  /** Drops the entry on the way to this page. */
  dropPath(asid: Asid, low: number, high: number): void {
    const slot = this.#find(asid, low, high);
    if (slot >= 0) this.#drop(slot);
  }

  /** Drops the entries on the way to any of `pages` pages. */
  dropRange(asid: Asid, vpn: Vpn, pages: number): void {
    const span = 2 ** this.#shift;
    if (pages / span > this.#spaces.length) {
      this.dropAsid(asid);
      return;
    }
    for (let page = vpn - (vpn % span); page < vpn + pages; page += span) {
      this.dropPath(asid, lowOf(page), highOf(page));
    }
  }

  dropAsid(asid: Asid): void {
    for (let slot = 0; slot < this.#spaces.length; slot++) {
      const space = this.#spaces[slot]!;
      if (space !== EMPTY && space >>> 4 === asid) this.#drop(slot);
    }
  }

  dropAll(): void {
    for (let slot = 0; slot < this.#spaces.length; slot++) this.#drop(slot);
  }

  #drop(slot: number): void {
    this.#spaces[slot] = EMPTY;
    this.#stamps[slot] = 0;
  }

  #find(asid: Asid, low: number, high: number): number {
    const tag = this.#tagOf(low, high);
    const space = this.#spaceOf(asid, high);
    const tags = this.#tags;
    const first = this.#setOf(low, high) * this.#ways;
    const end = first + this.#ways;
    for (let slot = first; slot < end; slot++) {
      if (tags[slot] === tag && this.#spaces[slot] === space) return slot;
    }
    return -1;
  }

  #tagOf(low: number, high: number): number {
    return this.#shift < LOW_BITS ? (low >>> this.#shift) | (high << TAG_LOW_BITS) : this.#upperHigh(high);
  }

  /** The ASID, and below it the four high bits that the tag has no room for. */
  #spaceOf(asid: Asid, high: number): number {
    return (asid << 4) | (this.#shift < LOW_BITS ? (high & HIGH_MASK) >>> (32 - TAG_LOW_BITS) : 0);
  }

  #setOf(low: number, high: number): number {
    if (this.#sets === 1) return 0;
    const upper =
      this.#shift < LOW_BITS
        ? (high & HIGH_MASK) * 2 ** (LOW_BITS - this.#shift) + (low >>> this.#shift)
        : this.#upperHigh(high);
    return upper % this.#sets;
  }

  #upperHigh(high: number): number {
    return (high & HIGH_MASK) >>> (this.#shift - LOW_BITS);
  }
}
