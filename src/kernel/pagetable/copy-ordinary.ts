import { type FrameTable, PG_ANON, PG_EXCLUSIVE, PG_LARGE } from '../frame/frames.ts';
import type { PageTables } from './table.ts';

/** Frame flags that tell ordinary anonymous pages (of folios of one page) from others, and what they are there. */
export const ORDINARY_MASK = PG_ANON | PG_LARGE;
export const ORDINARY = PG_ANON;

/** What an {@link EntryCopier} returns: entries passed, and from this bit on how many of them were pages. */
export const COPIED_SHIFT = 16;
export const PASSED_MASK = (1 << COPIED_SHIFT) - 1;

/**
 * The inner loop of copy_pte_range in a private mapping: passes over the entries of ordinary anonymous pages, and over
 * empty ones, up to the first of another kind. Each page loses its exclusivity and gains a reference and a mapping; its
 * entry loses write permission, and is written to the copy as an old one. `from` and `to` are the words of the first
 * entry in the two tables, of which the copy has none yet; `count` entries are there. Only for frames that are all in
 * the low words of entries (PteOps.lowFrames).
 */
export type EntryCopier = (
  tables: PageTables,
  frames: FrameTable,
  slab: Int32Array,
  from: number,
  copies: Int32Array,
  to: number,
  count: number,
) => number;

/** Calls nothing, so that the compiler keeps what it knows of the arrays from one entry to the next. */
export const copyOrdinary: EntryCopier = (tables, frames, slab, from, copies, to, count) => {
  const { step, pte, wide } = tables;
  const { flags, refcount, mapcount } = frames;
  const { protectAnd, protectOr, pfnShift } = pte.format;
  const young = ~pte.accessed;
  const ahead = to - from;
  const end = from + count * step;
  let copied = 0;
  let at = from;
  for (; at < end; at += step) {
    const lo = slab[at]!;
    if (lo === 0) continue;
    if ((lo & 1) === 0) break;
    const pfn = lo >>> pfnShift;
    const mark = flags[pfn]!;
    if ((mark & ORDINARY_MASK) !== ORDINARY) break;
    flags[pfn] = mark & ~PG_EXCLUSIVE;
    refcount[pfn]!++;
    mapcount[pfn]!++;
    const shared = (lo & protectAnd) | protectOr;
    slab[at] = shared;
    copies[at + ahead] = shared & young;
    if (wide) copies[at + 1 + ahead] = slab[at + 1]!;
    copied++;
  }
  return (at - from) / step + (copied << COPIED_SHIFT);
};
