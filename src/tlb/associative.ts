import { type Arena, HOST_MEMORY } from '../core/arena.ts';
import { LruRings } from '../core/lru-rings.ts';
import { Rng } from '../core/rng.ts';
import { touchBitPlru, victimBitPlru } from './replacement/bit-plru.ts';
import type { Replacement } from './replacement/index.ts';
import {
  createRecency,
  demote,
  newestOf,
  placeFromOldest,
  RECENCY_WAYS,
  touch,
  turn,
} from './replacement/recency.ts';
import { fillSrrip, touchSrrip, victimSrrip } from './replacement/srrip.ts';
import { touchTreePlru, victimTreePlru } from './replacement/tree-plru.ts';

/** The tag of an empty slot; real tags are >= 0 or below -1 (see tlb/key.ts). */
export const EMPTY = -1;

const LRU = 0;
const FIFO = 1;
const RANDOM = 2;
const TREE_PLRU = 3;
const BIT_PLRU = 4;
const SRRIP = 5;
const CODES: Record<Replacement, number> = {
  lru: LRU,
  fifo: FIFO,
  random: RANDOM,
  'tree-plru': TREE_PLRU,
  'bit-plru': BIT_PLRU,
  srrip: SRRIP,
};

/**
 * A set-associative table of tags: the shape of every TLB array. Slot = set * ways + way. The policy is a number
 * that one class branches on, not a strategy object: call sites stay monomorphic whatever ran before in the
 * process (docs/performance.md has the measurement). LRU and FIFO keep an order of up to 16 ways in two words a set
 * (replacement/recency.ts), of more ways in rings.
 */
export class AssociativeTable {
  readonly sets: number;
  readonly ways: number;
  readonly replacement: Replacement;
  /** Tags by slot; EMPTY where free. Doubles once {@link widen} was called. */
  tags: Int32Array | Float64Array;
  /** Slots in use. */
  live = 0;
  /** The tag that the last {@link insert} pushed out, EMPTY when it took a free slot. */
  evicted = EMPTY;

  private readonly policy: number;
  /** LRU and FIFO keep the order of each set's ways in one of these two; both are null for the other policies. */
  readonly order: Int32Array | null;
  readonly rings: LruRings | null;
  /** The other policies' bits, a byte a slot. */
  private readonly bits: Uint8Array;
  private readonly rng: Rng;

  /** @param seed used by `random` alone */
  constructor(sets: number, ways: number, replacement: Replacement, seed = 1, arena: Arena = HOST_MEMORY) {
    this.sets = sets;
    this.ways = ways;
    this.replacement = replacement;
    this.tags = arena.int32(sets * ways).fill(EMPTY);
    this.policy = CODES[replacement];
    const byAge = this.policy <= FIFO;
    this.order = byAge && ways <= RECENCY_WAYS ? createRecency(sets, ways, arena) : null;
    this.rings = byAge && ways > RECENCY_WAYS ? new LruRings(sets, ways, arena) : null;
    this.bits = new Uint8Array(byAge ? 0 : sets * ways);
    this.rng = new Rng(seed);
  }

  /** The slot that holds `tag`, or -1; a hit counts as a use. */
  lookup(set: number, tag: number): number {
    const tags = this.tags;
    const first = set * this.ways;
    if (this.order !== null) {
      const newest = first + newestOf(this.order, 2 * set);
      if (tags[newest] === tag) return newest;
    }
    const end = first + this.ways;
    for (let slot = first; slot < end; slot++) {
      if (tags[slot] === tag) {
        this.use(set, first, slot);
        return slot;
      }
    }
    return -1;
  }

  /** As {@link lookup}, but leaves no trace: for viewers, checks and the peek. */
  find(set: number, tag: number): number {
    const first = set * this.ways;
    for (let slot = first; slot < first + this.ways; slot++) if (this.tags[slot] === tag) return slot;
    return -1;
  }

  /** Puts `tag`, which must not be there, into a free slot or in place of the victim; returns the slot. */
  insert(set: number, tag: number): number {
    const first = set * this.ways;
    const slot = this.victim(set, first);
    this.evicted = this.tags[slot]!;
    if (this.evicted === EMPTY) this.live++;
    this.tags[slot] = tag;
    if (this.policy > RANDOM) this.filled(first, slot);
    return slot;
  }

  remove(slot: number): void {
    if (this.tags[slot] === EMPTY) return;
    this.tags[slot] = EMPTY;
    this.live--;
    const way = slot % this.ways;
    const set = (slot - way) / this.ways;
    if (this.order !== null) demote(this.order, 2 * set, way, this.ways);
    else if (this.rings !== null) this.rings.demote(set, slot);
    else this.bits[slot] &= this.policy === TREE_PLRU ? 0xff : 0;
  }

  clear(): void {
    this.tags.fill(EMPTY);
    this.bits.fill(0);
    this.live = 0;
  }

  /** From now on tags are doubles; `retag` says the new tag of each old one. */
  widen(retag: (tag: number) => number): void {
    this.tags = Float64Array.from(this.tags, (tag) => (tag === EMPTY ? EMPTY : retag(tag)));
  }

  /** Whether a second use right after a fill changes nothing (the same-page filter asks). */
  get fillCountsAsUse(): boolean {
    return this.policy !== SRRIP;
  }

  /** Position of a slot in its set's order of replacement, 0 = next victim; -1 when empty. For viewers. */
  rank(slot: number): number {
    if (this.tags[slot] === EMPTY) return -1;
    if (this.policy > FIFO) return this.bits[slot]!;
    const oldestFirst = this.oldestFirst((slot - (slot % this.ways)) / this.ways);
    return oldestFirst.filter((other) => this.tags[other] !== EMPTY).indexOf(slot);
  }

  /** LRU and FIFO: the slots of a set from the next victim to the newest. */
  private oldestFirst(set: number): number[] {
    if (this.rings !== null) return this.rings.inOrder(set);
    const slots = Array.from({ length: this.ways }, (_, way) => set * this.ways + way);
    const place = (slot: number) => placeFromOldest(this.order!, 2 * set, slot % this.ways, this.ways);
    return slots.sort((a, b) => place(a) - place(b));
  }

  private use(set: number, first: number, slot: number): void {
    const policy = this.policy;
    if (policy === LRU) {
      if (this.order !== null) touch(this.order, 2 * set, slot - first);
      else this.rings!.touch(set, slot);
    } else if (policy === TREE_PLRU) touchTreePlru(this.bits, first, this.ways, slot - first);
    else if (policy === BIT_PLRU) touchBitPlru(this.bits, first, this.ways, slot - first);
    else if (policy === SRRIP) touchSrrip(this.bits, slot);
  }

  /** What the policies with bits note of a fill. */
  private filled(first: number, slot: number): void {
    if (this.policy === TREE_PLRU) touchTreePlru(this.bits, first, this.ways, slot - first);
    else if (this.policy === BIT_PLRU) touchBitPlru(this.bits, first, this.ways, slot - first);
    else fillSrrip(this.bits, slot);
  }

  /** The slot to fill; LRU and FIFO make it the newest at once. */
  private victim(set: number, first: number): number {
    if (this.order !== null) return first + turn(this.order, 2 * set, this.ways);
    if (this.rings !== null) return this.rings.turn(set);
    if (this.live < this.tags.length) {
      const free = this.tags.subarray(first, first + this.ways).indexOf(EMPTY);
      if (free >= 0) return first + free;
    }
    if (this.policy === TREE_PLRU) return first + victimTreePlru(this.bits, first, this.ways);
    if (this.policy === BIT_PLRU) return first + victimBitPlru(this.bits, first, this.ways);
    if (this.policy === SRRIP) return first + victimSrrip(this.bits, first, this.ways);
    return first + this.rng.below(this.ways);
  }
}
