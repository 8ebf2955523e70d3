import type { Cache } from '../../memory/cache.ts';
import type { CacheHierarchy } from '../../memory/hierarchy.ts';
import type { PscLevel } from '../../mmu/psc-level.ts';
import { packedTag } from '../../tlb/key.ts';
import type { Tlb } from '../../tlb/tlb.ts';
import type { TlbArray } from '../../tlb/tlb-array.ts';
import * as L from './layout.ts';
import type { SharedMemory } from './memory.ts';

/** Words of a record, each set by its byte offset. */
export function setWords(
  words: Int32Array,
  values: readonly (readonly [offset: number, value: number])[],
): void {
  for (const [offset, value] of values) words[offset / 4] = value;
}

/** Takes a tally out of a record: its count, which is 0 afterwards. */
export function takeTally(words: Int32Array, offset: number): number {
  const count = words[offset / 4]!;
  words[offset / 4] = 0;
  return count;
}

export interface TlbRecord {
  readonly words: Int32Array;
  readonly tables: readonly { readonly array: TlbArray; readonly words: Int32Array }[];
}

/** The record of a TLB, with those of its tables. */
export function tlbRecord(shared: SharedMemory, tlb: Tlb): TlbRecord {
  const at = (array: ArrayBufferView) => shared.addressOf(array);
  const tables = tlb.arrays.map((array) => ({ array, words: tableRecord(shared, array) }));
  const tableOf = (array: TlbArray) => at(tables.find((one) => one.array === array)!.words);
  const large = tlb.sizes.filter(({ shift }) => shift > 0);
  const sizes = shared.int32((large.length * L.SIZE_BYTES) / 4);
  for (const [i, { array, shift }] of large.entries()) {
    setWords(sizes.subarray((i * L.SIZE_BYTES) / 4), [
      [L.SIZE_TABLE, tableOf(array)],
      [L.SIZE_SHIFT, shift],
      [L.SIZE_TAG_BASE, packedTag(0, shift)],
      [L.SIZE_MASKED, shift <= array.masked ? 1 : 0],
    ]);
  }
  const words = shared.int32(L.TLB_BYTES / 4);
  setWords(words, [
    [L.TLB_SMALL, tableOf(tlb.small)],
    [L.TLB_FRAMES, at(tlb.frames)],
    [L.TLB_ATTRIBUTES, at(tlb.attributes)],
    [L.TLB_ALLOWED, at(tlb.allowed)],
    [L.TLB_SHIFTS, at(tlb.shifts)],
    [L.TLB_PIECES, at(tlb.pieces)],
    [L.TLB_SIZES, at(sizes)],
    [L.TLB_SIZE_COUNT, large.length],
    [L.TLB_LATENCY, tlb.latency],
  ]);
  return { words, tables };
}

function tableRecord(shared: SharedMemory, { table, base }: TlbArray): Int32Array {
  const at = (array: ArrayBufferView | undefined) => (array === undefined ? 0 : shared.addressOf(array));
  const words = shared.int32(L.TABLE_BYTES / 4);
  setWords(words, [
    [L.TABLE_TAGS, at(table.tags)],
    [L.TABLE_ORDER, at(table.order ?? undefined)],
    [L.TABLE_NEWEST, at(table.rings?.newest)],
    [L.TABLE_OLDER, at(table.rings?.older)],
    [L.TABLE_NEWER, at(table.rings?.newer)],
    [L.TABLE_SET_MASK, table.sets - 1],
    [L.TABLE_WAYS, table.ways],
    [L.TABLE_FIFO, table.replacement === 'fifo' ? 1 : 0],
    [L.TABLE_BASE, base],
  ]);
  return words;
}

/** What simple hits in the first-level TLB of a type of access need. */
export function firstRecord(shared: SharedMemory, tlb: Tlb, type: number): Int32Array {
  const { table, base } = tlb.small;
  const words = shared.record(L.FIRST + type * L.FIRST_BYTES, L.FIRST_BYTES);
  setWords(words, [
    [L.FIRST_TAGS, shared.addressOf(table.tags)],
    [L.FIRST_ORDER, table.order === null ? 0 : shared.addressOf(table.order)],
    [L.FIRST_SET_MASK, table.sets - 1],
    [L.FIRST_WAYS, table.ways],
    [L.FIRST_ALLOWED, shared.addressOf(tlb.allowed) + base],
    [L.FIRST_FRAMES, shared.addressOf(tlb.frames) + base * 8],
    [L.FIRST_FIFO, table.replacement === 'fifo' ? 1 : 0],
  ]);
  return words;
}

/** The records of paging-structure caches, one behind the other, deepest first. */
export function pscRecords(shared: SharedMemory, levels: readonly PscLevel[]): Int32Array[] {
  const all = shared.int32((levels.length * L.PSC_BYTES) / 4);
  return levels.map((psc, i) => {
    const words = all.subarray((i * L.PSC_BYTES) / 4, ((i + 1) * L.PSC_BYTES) / 4);
    setWords(words, [
      [L.PSC_LEVEL, psc.level],
      [L.PSC_TAGS, shared.addressOf(psc.tags)],
      [L.PSC_SPACES, shared.addressOf(psc.spaces)],
      [L.PSC_TABLES, shared.addressOf(psc.tables)],
      [L.PSC_ATTRIBUTES, shared.addressOf(psc.attributes)],
      [L.PSC_CROWDS, shared.addressOf(psc.crowds)],
      [L.PSC_GUESSES, shared.addressOf(psc.guesses)],
      [L.PSC_NEWEST, shared.addressOf(psc.order.newest)],
      [L.PSC_OLDER, shared.addressOf(psc.order.older)],
      [L.PSC_NEWER, shared.addressOf(psc.order.newer)],
      [L.PSC_INSIDE, psc.inside],
      [L.PSC_SETS, psc.sets],
      [L.PSC_MASK, psc.mask],
      [L.PSC_WAYS, psc.ways],
    ]);
    return words;
  });
}

export interface HierarchyRecord {
  readonly words: Int32Array;
  readonly caches: readonly { readonly cache: Cache; readonly words: Int32Array }[];
}

/** The record of a cache hierarchy, with those of its caches. */
export function hierarchyRecord(shared: SharedMemory, hierarchy: CacheHierarchy): HierarchyRecord {
  const all = shared.int32((hierarchy.caches.length * L.CACHE_BYTES) / 4);
  const caches = hierarchy.caches.map((cache, i) => {
    const words = all.subarray((i * L.CACHE_BYTES) / 4, ((i + 1) * L.CACHE_BYTES) / 4);
    setWords(words, [
      [L.CACHE_LINES, shared.addressOf(cache.lines)],
      [L.CACHE_SETS, cache.sets],
      [L.CACHE_MASK, cache.mask],
      [L.CACHE_WAYS, cache.ways],
    ]);
    return { cache, words };
  });
  const latencies = shared.int32(hierarchy.latencies.length);
  latencies.set(hierarchy.latencies);
  const words = shared.int32(L.HIERARCHY_BYTES / 4);
  setWords(words, [
    [L.HIERARCHY_CACHES, shared.addressOf(all)],
    [L.HIERARCHY_COUNT, caches.length],
    [L.HIERARCHY_LINE_SHIFT, hierarchy.lineShift],
    [L.HIERARCHY_LATENCIES, shared.addressOf(latencies)],
  ]);
  return { words, caches };
}
