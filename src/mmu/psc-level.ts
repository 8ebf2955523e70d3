import type { Asid, Pfn, Vpn } from '../core/addr.ts';
import { type Arena, HOST_MEMORY } from '../core/arena.ts';
import { LruRings } from '../core/lru-rings.ts';

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
  readonly inside: number;
  readonly sets: number;
  /** sets - 1 where that is a mask, else -1. */
  readonly mask: number;
  readonly ways: number;
  readonly order: LruRings;
  /** Names without what is inside the span, and spaces; EMPTY in a free slot. */
  readonly tags: Int32Array;
  readonly spaces: Int32Array;
  readonly tables: Float64Array;
  readonly attributes: Int32Array;
  /** By bucket: how many entries hash there, and one of their slots. */
  readonly crowds: Uint16Array;
  readonly guesses: Uint16Array;

  /** @param shift log2 of the pages that an entry of this level spans, at least 9 */
  constructor(level: number, shift: number, sets: number, ways: number, arena: Arena = HOST_MEMORY) {
    this.level = level;
    this.span = 2 ** shift;
    this.inside = shift - NAMELESS_BITS;
    this.sets = sets;
    this.mask = (sets & (sets - 1)) === 0 ? sets - 1 : -1;
    this.ways = ways;
    this.order = new LruRings(sets, ways, arena);
    this.tags = arena.int32(sets * ways);
    this.spaces = arena.int32(sets * ways).fill(EMPTY);
    this.tables = arena.float64(sets * ways);
    this.attributes = arena.int32(sets * ways);
    this.crowds = arena.uint16(BUCKETS);
    this.guesses = arena.uint16(BUCKETS);
  }

  /** The slot that holds the entry on the way to a page, or -1. A hit counts as a use. */
  lookup(name: number, space: number): number {
    const slot = this.find(name, space);
    if (slot < 0) {
      this.misses++;
    } else {
      this.hits++;
      this.order.touch(this.setOf(name, space), slot);
    }
    return slot;
  }

  /** Caches an entry that is not there: the table it points to and the attributes so far. */
  insert(name: number, space: number, table: Pfn, attributes: number): void {
    const tag = name >> this.inside;
    const set = this.setOf(name, space);
    const slot = this.order.oldest(set);
    if (this.spaces[slot] !== EMPTY) this.crowds[bucketOf(this.tags[slot]!)]!--;
    this.tags[slot] = tag;
    this.spaces[slot] = space;
    this.tables[slot] = table;
    this.attributes[slot] = attributes;
    const bucket = bucketOf(tag);
    this.crowds[bucket]!++;
    this.guesses[bucket] = slot;
    this.order.touch(set, slot);
  }

  tableOf(slot: number): Pfn {
    return this.tables[slot]!;
  }

  attributesOf(slot: number): number {
    return this.attributes[slot]!;
  }

  /** Every entry with its place, for viewers: the first page it is on the way to, and its rank (0 = next victim). */
  *entries(): Generator<{
    slot: number;
    asid: Asid;
    vpn: Vpn;
    table: Pfn;
    attributes: number;
    rank: number;
  }> {
    for (let set = 0; set < this.sets; set++) {
      for (const [rank, slot] of this.order.inOrder(set).entries()) {
        const space = this.spaces[slot]!;
        if (space === EMPTY) continue;
        const name = (space & 0xf) * 2 ** 32 + ((this.tags[slot]! << this.inside) >>> 0);
        const vpn = name * 2 ** NAMELESS_BITS;
        yield {
          slot,
          asid: space >>> 4,
          vpn,
          table: this.tableOf(slot),
          attributes: this.attributesOf(slot),
          rank,
        };
      }
    }
  }

  /** Slots in all. */
  get size(): number {
    return this.spaces.length;
  }

  /** Drops the entry on the way to a page. */
  dropPath(name: number, space: number): void {
    const slot = this.find(name, space);
    if (slot >= 0) this.drop(slot);
  }

  dropAsid(asid: Asid): void {
    for (let slot = 0; slot < this.spaces.length; slot++) {
      if (this.spaces[slot]! >>> 4 === asid) this.drop(slot);
    }
  }

  dropAll(): void {
    for (let slot = 0; slot < this.spaces.length; slot++) this.drop(slot);
  }

  private drop(slot: number): void {
    if (this.spaces[slot] === EMPTY) return;
    this.spaces[slot] = EMPTY;
    this.crowds[bucketOf(this.tags[slot]!)]!--;
    this.order.demote(Math.floor(slot / this.ways), slot);
  }

  private find(name: number, space: number): number {
    const tag = name >> this.inside;
    const bucket = bucketOf(tag);
    if (this.crowds[bucket] === 0) return -1;
    const guess = this.guesses[bucket]!;
    if (this.tags[guess] === tag && this.spaces[guess] === space) return guess;
    const first = this.setOf(name, space) * this.ways;
    for (let slot = first; slot < first + this.ways; slot++) {
      if (this.tags[slot] === tag && this.spaces[slot] === space) return slot;
    }
    return -1;
  }

  /** The VPN above the span, modulo the number of sets. */
  private setOf(name: number, space: number): number {
    if (this.mask >= 0) return (name >> this.inside) & this.mask;
    return ((space & 0xf) * 2 ** (32 - this.inside) + (name >>> this.inside)) % this.sets;
  }
}

function bucketOf(tag: number): number {
  return Math.imul(tag, GOLDEN) >>> 22;
}
