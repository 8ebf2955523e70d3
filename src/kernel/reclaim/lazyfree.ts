import type { Vpn } from '../../core/addr.ts';
import { maybeMappedShared } from '../folio.ts';
import { PG_ANON, PG_DIRTY, PG_LARGE, PG_REFERENCED, PG_SWAPBACKED } from '../frame/frames.ts';
import type { Mm } from '../mm.ts';
import { findPte, isHugeLeaf } from '../pagetable/ptes.ts';
import type { EntryRef } from '../pagetable/table.ts';
import { takeUseBits } from '../pagetable/use-bits.ts';
import { ownTables } from '../policy/own-tables.ts';
import { keepOriginals } from '../policy/session.ts';
import { headOf } from '../rmap.ts';
import { flushRange } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { splitFolio } from '../thp/split-folio.ts';
import { dropSwapEntry } from './swap-entry.ts';

/**
 * madvise_free_single_vma: anonymous pages may be dropped from now on instead of swapped, until written again. Their
 * PTEs become clean and old; nothing faults, reads see the data as long as memory lasts. Pages that others map keep
 * their claim; a large folio that the range covers in part is split.
 */
export function madviseFree(k: KernelState, mm: Mm, start: Vpn, end: Vpn): void {
  ownTables(k, mm, start, end);
  keepOriginals(k, mm, start, end);
  for (let vpn = start; vpn < end; ) {
    const ref = findPte(k, mm, vpn);
    vpn = ref ? freeOne(k, mm, ref, vpn, start, end) : vpn + 1;
  }
  flushRange(k, mm, start, end);
}

/** Gives up one page or one huge page; returns the page to go on with. */
function freeOne(k: KernelState, mm: Mm, ref: EntryRef, vpn: Vpn, start: Vpn, end: Vpn): Vpn {
  const lo = k.tables.lo(ref);
  const hi = k.tables.hi(ref);
  const huge = isHugeLeaf(k, ref);
  const next = huge ? vpn - (vpn % k.hugePages) + k.hugePages : vpn + 1;
  if (lo === 0 && hi === 0) return next;
  if (!k.pte.present(lo)) {
    dropSwapEntry(k, k.pte.pfn(lo | 1, hi));
    mm.swapPages--;
    k.tables.set(ref, 0, 0);
    return next;
  }
  const pfn = k.pte.pfn(lo | 1, hi) + (huge ? vpn % k.hugePages : 0);
  if (!k.frames.has(pfn, PG_ANON)) return next;
  if (k.frames.has(pfn, PG_LARGE)) {
    const folio = k.folios.at(pfn);
    if (maybeMappedShared(folio)) return next;
    const first = vpn - (pfn - headOf(k, pfn));
    const whole = huge || folio.total === k.hugePages;
    if (first < start || first + k.hugePages > end || !whole) {
      splitFolio(k, pfn);
      return vpn;
    }
    k.frames.clear(headOf(k, pfn), PG_DIRTY);
  } else if (k.frames.has(pfn, PG_DIRTY)) {
    if (k.frames.mapcount[pfn] !== 1) return next;
    k.frames.clear(pfn, PG_DIRTY);
  }
  takeUseBits(k, ref, k.pte.dirty | k.pte.accessed);
  k.frames.clear(headOf(k, pfn), PG_SWAPBACKED | PG_REFERENCED);
  return next;
}
