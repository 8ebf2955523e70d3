import { type FrameTable, PG_EXCLUSIVE } from '../../kernel/frame/frames.ts';
import {
  copyOrdinary,
  type EntryCopier,
  ORDINARY,
  ORDINARY_MASK,
} from '../../kernel/pagetable/copy-ordinary.ts';
import type { PageTables } from '../../kernel/pagetable/table.ts';
import * as L from './layout.ts';
import type { SharedMemory } from './memory.ts';
import { instantiate } from './module.ts';
import { setWords } from './records.ts';

/**
 * The inner loop of fork (mm/memory.c, copy_pte_range) in WebAssembly, over page tables and frames that lie in the shared memory; what does not, and
 * entries of 32 bits, are left to the loop in TypeScript.
 */
export function entryCopierIn(shared: SharedMemory): EntryCopier {
  const { copyEntries } = instantiate(shared);
  const rule = shared.int32(L.COPY_BYTES / 4);
  const place = shared.addressOf(rule);
  let tablesOfRule: PageTables | null = null;
  let flagsOfRule: Int32Array | null = null;
  let ready = false;
  return (tables, frames, slab, from, copies, to, count) => {
    if (tables !== tablesOfRule || frames.flags !== flagsOfRule) {
      tablesOfRule = tables;
      flagsOfRule = frames.flags;
      ready = describe(rule, tables, frames, shared);
    }
    const source = shared.addressOf(slab);
    const target = shared.addressOf(copies);
    if (!ready || source === 0 || target === 0)
      return copyOrdinary(tables, frames, slab, from, copies, to, count);
    return copyEntries(place, source + from * 4, target + to * 4, count);
  };
}

/** Writes down what the loop needs to know; false where it cannot know it. */
function describe(rule: Int32Array, tables: PageTables, frames: FrameTable, shared: SharedMemory): boolean {
  const { pte, wide } = tables;
  const { pfnShift, protectAnd, protectOr } = pte.format;
  const columns = [frames.flags, frames.refcount, frames.mapcount].map((column) => shared.addressOf(column));
  const [flags, refcounts, mapcounts] = columns as [number, number, number];
  setWords(rule, [
    [L.COPY_FLAGS, flags],
    [L.COPY_REFCOUNTS, refcounts],
    [L.COPY_MAPCOUNTS, mapcounts],
    [L.COPY_PFN_SHIFT, pfnShift],
    [L.COPY_AND, protectAnd],
    [L.COPY_OR, protectOr],
    [L.COPY_OLD, pte.accessed],
    [L.COPY_KINDS, ORDINARY_MASK],
    [L.COPY_ORDINARY, ORDINARY],
    [L.COPY_EXCLUSIVE, PG_EXCLUSIVE],
  ]);
  return wide && !columns.includes(0) && shared.addressOf(rule) !== 0;
}
