import type { Pfn } from '../../core/addr.ts';
import { PG_ANON, PG_DIRTY, PG_EXCLUSIVE, PG_LRU, PG_SWAPBACKED, PG_SWAPCACHE } from '../frame/frames.ts';
import { allocateFrame } from '../frame/pages.ts';
import type { EntryRef } from '../pagetable/table.ts';
import { dropSwapEntry } from '../reclaim/swap-entry.ts';
import { addMapping } from '../rmap.ts';
import { VM_WRITE } from '../vma/flags.ts';
import { type FaultResult, type FaultSite, prepareAnonVma, setPte } from './site.ts';
import { doWpPage } from './wp.ts';

/**
 * do_swap_page: the page comes back from swap, a major fault unless another process brought it in already. It is
 * exclusive when it was so on the way out or nobody else refers to it now; a write to any other goes on to COW.
 */
export function doSwapPage(site: FaultSite, ref: EntryRef): FaultResult {
  const { k, mm, vma, vpn } = site;
  const lo = k.tables.lo(ref);
  const slot = k.pte.pfn(lo | 1, k.tables.hi(ref));
  const wasExclusive = k.pte.isDirty(lo);
  prepareAnonVma(site);
  const cached = k.swap.cache.get(slot);
  const pfn = cached ?? readSwapPage(site, slot);
  k.frames.mapping[pfn] = vma.anonVma!.id;
  k.frames.index[pfn] = vma.indexOf(vpn) | 0;
  addMapping(k, pfn, mm.id);
  mm.anonPages++;
  mm.swapPages--;
  dropSwapEntry(k, slot);
  const exclusive = wasExclusive || k.frames.refcount[pfn] === 1;
  if (exclusive) k.frames.set(pfn, PG_EXCLUSIVE);
  const writable = exclusive && vma.has(VM_WRITE);
  setPte(site, ref, pfn, writable, writable && site.write);
  if (site.write && !writable) doWpPage(site, ref);
  return 'swap';
}

/** The page read from its slot; it is the slot's copy in memory (swap cache) until the slot is given up. */
function readSwapPage(site: FaultSite, slot: number): Pfn {
  const { k } = site;
  const pfn = allocateFrame(k);
  if (k.keepContents) k.frames.content[pfn] = k.contents.copy(k.swap.contentOf(slot));
  k.frames.set(pfn, PG_ANON | PG_SWAPBACKED | PG_LRU | PG_SWAPCACHE | PG_DIRTY);
  k.swap.cache.set(slot, pfn);
  k.counters.swappedIn++;
  k.meter.add('io');
  site.major = true;
  return pfn;
}
