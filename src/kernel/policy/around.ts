import type { Vpn } from '../../core/addr.ts';
import { mayReuseAnon } from '../cow.ts';
import { type FaultSite, setPte } from '../fault/site.ts';
import { doWpPage } from '../fault/wp.ts';
import { PG_ANON, PG_LARGE } from '../frame/frames.ts';
import { allocateFrame, copyPage } from '../frame/pages.ts';
import { findPte } from '../pagetable/ptes.ts';
import type { EntryRef } from '../pagetable/table.ts';
import { takeUseBits } from '../pagetable/use-bits.ts';
import { addNewAnon, removeMapping } from '../rmap.ts';
import { flushPage } from '../shootdown.ts';

/**
 * After a COW fault on a small anonymous page: the other shared pages of an aligned window are settled too, so that
 * writes to them fault no more. `around` does for each what its own fault would have done but for the exception; a
 * `granule` of several pages copies them as one block. Windows end at the VMA's edges; tables are a multiple of them.
 */
export function settleAround(site: FaultSite): void {
  const { around, granule } = site.k.policy;
  if (granule.pages > 1) eachShared(site, granule.pages, copyInBlock);
  if (around > 1) eachShared(site, around, (neighbour, ref) => void doWpPage(neighbour, ref));
}

function eachShared(
  site: FaultSite,
  window: number,
  settle: (neighbour: FaultSite, ref: EntryRef) => void,
): void {
  const { k, mm, vma, vpn } = site;
  const base = vpn - (vpn % window);
  const end = Math.min(base + window, vma.end);
  for (let page: Vpn = Math.max(base, vma.start); page < end; page++) {
    if (page === vpn) continue;
    const ref = findPte(k, mm, page);
    if (ref?.level !== 1) continue;
    const lo = k.tables.lo(ref);
    if ((lo & 1) === 0 || k.pte.writable(lo)) continue;
    if (!k.frames.has(k.pte.pfn(lo, k.tables.hi(ref)), PG_ANON)) continue;
    settle({ ...site, vpn: page }, ref);
    // Nobody has touched it.
    takeUseBits(k, ref, k.pte.accessed);
    k.counters.settledAround++;
  }
}

/** One page of a block whose allocation and set-up are paid for: its copy, its counts, its entry. */
function copyInBlock(site: FaultSite, ref: EntryRef): void {
  const { k, mm, vma, vpn } = site;
  const old = k.pte.pfn(k.tables.lo(ref), k.tables.hi(ref));
  if (k.frames.has(old, PG_LARGE) || mayReuseAnon(k, old)) {
    doWpPage(site, ref);
    return;
  }
  const pfn = allocateFrame(k);
  copyPage(k, old, pfn);
  k.meter.add('copy');
  k.meter.add('refcount', 2);
  addNewAnon(k, pfn, vma, vpn);
  setPte(site, ref, pfn, true, true);
  flushPage(k, mm, vpn);
  removeMapping(k, old, mm.id);
}
