import type { Pfn, Vpn } from '../../core/addr.ts';
import { maybeMappedShared } from '../folio.ts';
import { PG_KSM, PG_LARGE } from '../frame/frames.ts';
import type { Mm } from '../mm.ts';
import { findPte, isHugeLeaf } from '../pagetable/ptes.ts';
import { takeUseBits } from '../pagetable/use-bits.ts';
import { ownTables } from '../policy/own-tables.ts';
import { headOf, mapcountOf } from '../rmap.ts';
import type { KernelState } from '../state.ts';
import { splitFolio } from '../thp/split-folio.ts';
import { reclaimPage } from './reclaim-page.ts';

/**
 * madvise_cold_or_pageout: MADV_COLD makes pages old, MADV_PAGEOUT reclaims them at once. Pages that others map too
 * are left alone; a large folio that the range covers only in part is split.
 */
export function coldOrPageOut(k: KernelState, mm: Mm, start: Vpn, end: Vpn, pageout: boolean): void {
  // What a snapshot keeps is shared with it.
  if (k.policyMemory.sessions.has(mm)) return;
  ownTables(k, mm, start, end);
  const pages: Pfn[] = [];
  for (let vpn = start; vpn < end; vpn++) {
    const pfn = candidate(k, mm, vpn, start, end);
    if (pfn < 0) continue;
    if (pageout) pages.push(pfn);
    else makeOld(k, mm, vpn);
  }
  for (const pfn of pages) if (isWhole(k, pfn)) reclaimPage(k, pfn);
}

/** The frame at a page when it is this mapping's alone, -1 otherwise; splits a folio that sticks out of the range. */
function candidate(k: KernelState, mm: Mm, vpn: Vpn, start: Vpn, end: Vpn): Pfn {
  const ref = findPte(k, mm, vpn);
  const lo = ref ? k.tables.lo(ref) : 0;
  if (!ref || !k.pte.present(lo)) return -1;
  const huge = isHugeLeaf(k, ref);
  const pfn = k.pte.pfn(lo | 1, k.tables.hi(ref)) + (huge ? vpn % k.hugePages : 0);
  if (k.isZero(pfn)) return -1;
  if (!k.frames.has(pfn, PG_LARGE)) return mapcountOf(k, pfn) === 1 && !k.frames.has(pfn, PG_KSM) ? pfn : -1;
  const folio = k.folios.at(pfn);
  if (maybeMappedShared(folio)) return -1;
  const first = vpn - (pfn - headOf(k, pfn));
  const covered = first >= start && first + k.hugePages <= end;
  const whole = huge || folio.total === k.hugePages;
  if (!covered || !whole) splitFolio(k, pfn);
  return pfn;
}

/** A page of a large folio that is still one stands for the folio only once, by its head. */
function isWhole(k: KernelState, pfn: Pfn): boolean {
  return !k.frames.has(pfn, PG_LARGE) || headOf(k, pfn) === pfn;
}

function makeOld(k: KernelState, mm: Mm, vpn: Vpn): void {
  const ref = findPte(k, mm, vpn)!;
  takeUseBits(k, ref, k.pte.accessed);
}
