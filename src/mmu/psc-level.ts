import type { Asid, Pfn } from '../core/addr.ts';
import { LruRings } from './lru-rings.ts';

const EMPTY = -1;
/** Each cached entry spans at least as many pages as a table has entries: these VPN bits are in no name. */
const NAMELESS_BITS = 9;

/** Buckets of the filter that says at once of most absent entries that they are absent. */
const BUCKETS = 1024;
const GOLDEN = 0x9e3779b1;

/**
 * A page as all levels name it, in two int32: 32 bits of the VPN above the lowest nine, and the next four with the
 * ASID. (57-bit addresses have 45 bits of VPN; what is above them repeats the top one.)
 *
 *   name   VPN 40 .. 9          space   ASID | VPN 44 .. 41
 *
 * @param low and @param high: the VPN, as split.ts splits it
 */
export function nameOf(low: number, high: number): number {
  return (low >>> NAMELESS_BITS) | (high << 18);
}

export function spaceOf(asid: Asid, high: number): number {
  return (asid << 4) | ((high >>> 14) & 0xf);
}

/** The cache for the entries of one paging level: set-associative, true LRU. */
export class PscLevel {
  /** The level of the page-table entries cached here. */
  readonly level: number;
  /** Pages that one entry spans. */
  readonly span: number;
  hits = 0;
  misses = 0;
  /** Bits of a name that lie inside one entry's span. */
  readonly #inside: number;
  readonly #sets: number;
  readonly #ways: number;
  readonly #order: LruRings;
  /** Names without what is inside the span, and spaces; EMPTY in a free slot. */
  readonly #tags: Int32Array;
  readonly #spaces: Int32Array;
  readonly #tables: Float64Array;
  readonly #attributes: Int32Array;
  /** By bucket: how many entries hash there, and one of their slots. */
  readonly #crowds = new Uint16Array(BUCKETS);
  readonly #guesses = new Uint16Array(BUCKETS);

  /** @param shift log2 of the pages that an entry of this level spans, at least 9 */
  constructor(level: number, shift: number, sets: number, ways: number) {
    this.level = level;
    this.span = 2 ** shift;
    this.#inside = shift - NAMELESS_BITS;
    this.#sets = sets;
    this.#ways = ways;
    this.#order = new LruRings(sets, ways);
    this.#tags = new Int32Array(sets * ways);
    this.#spaces = new Int32Array(sets * ways).fill(EMPTY);
    this.#tables = new Float64Array(sets * ways);
    this.#attributes = new Int32Array(sets * ways);
  }

  /** The slot that holds the entry on the way to a page, or -1. A hit counts as a use. */
  lookup(name: number, space: number): number {
    const tag = name >> this.#inside;
    const slot = this.#find(tag, space);
    if (slot < 0) {
      this.misses++;
    } else {
      this.hits++;
      this.#order.touch(this.#setOf(tag), slot);
    }
    return slot;
  }

  /** Caches an entry that is not there: the table it points to and the attributes so far. */
  insert(name: number, space: number, table: Pfn, attributes: number): void {
    const tag = name >> this.#inside;
    const set = this.#setOf(tag);
    const slot = this.#order.oldest(set);
    if (this.#spaces[slot] !== EMPTY) this.#crowds[bucketOf(this.#tags[slot]!)]!--;
    this.#tags[slot] = tag;
    this.#spaces[slot] = space;
    this.#tables[slot] = table;
    this.#attributes[slot] = attributes;
    const bucket = bucketOf(tag);
    this.#crowds[bucket]!++;
    this.#guesses[bucket] = slot;
    this.#order.touch(set, slot);
  }

  tableOf(slot: number): Pfn {
    return this.#tables[slot]!;
  }

  attributesOf(slot: number): number {
    return this.#attributes[slot]!;
  }

  /** Drops the entry on the way to a page. */
  dropPath(name: number, space: number): void {
    const slot = this.#find(name >> this.#inside, space);
    if (slot >= 0) this.#drop(slot);
  }

  dropAsid(asid: Asid): void {
    for (let slot = 0; slot < this.#spaces.length; slot++) {
      if (this.#spaces[slot]! >>> 4 === asid) this.#drop(slot);
    }
  }

  dropAll(): void {
    for (let slot = 0; slot < this.#spaces.length; slot++) this.#drop(slot);
  }

  #drop(slot: number): void {
    if (this.#spaces[slot] === EMPTY) return;
    this.#spaces[slot] = EMPTY;
    this.#crowds[bucketOf(this.#tags[slot]!)]!--;
    this.#order.demote(Math.floor(slot / this.#ways), slot);
  }

  #find(tag: number, space: number): number {
    const bucket = bucketOf(tag);
    if (this.#crowds[bucket] === 0) return -1;
    const guess = this.#guesses[bucket]!;
    if (this.#tags[guess] === tag && this.#spaces[guess] === space) return guess;
    const first = this.#setOf(tag) * this.#ways;
    for (let slot = first; slot < first + this.#ways; slot++) {
      if (this.#tags[slot] === tag && this.#spaces[slot] === space) return slot;
    }
    return -1;
  }

  #setOf(tag: number): number {
    return this.#sets === 1 ? 0 : (tag >>> 0) % this.#sets;
  }
}

function bucketOf(tag: number): number {
  return Math.imul(tag, GOLDEN) >>> 22;
}
