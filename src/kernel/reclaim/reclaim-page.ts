import type { Pfn } from '../../core/addr.ts';
import { PG_ANON, PG_DIRTY, PG_EXCLUSIVE, PG_LARGE, PG_RECLAIM, PG_SWAPBACKED } from '../frame/frames.ts';
import { removeFromCache } from '../page-cache/cache.ts';
import { writePage } from '../page-cache/writeback.ts';
import { forEachMapping, ownMappings } from '../reverse-map.ts';
import { countResident, headOf, putFolio, removeMapping } from '../rmap.ts';
import { flushPage } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { splitFolio, splitPmdsOf } from '../thp/split-folio.ts';
import type { CachedFile } from '../vma/vma.ts';

/** Whether dirty file pages may be written back here: reclaim under pressure does (through writeback), MADV_PAGEOUT does not. */
export interface ReclaimOptions {
  readonly writeBack: boolean;
}

/**
 * shrink_folio_list for one page: unmaps it everywhere and frees it when it can be had again: an anonymous page goes
 * to swap, one given up by MADV_FREE and not written since is dropped, a clean file page is dropped, a dirty one
 * written first where `writeBack` allows. True when the frame is free now.
 */
export function reclaimPage(
  k: KernelState,
  pfn: Pfn,
  options: ReclaimOptions = { writeBack: false },
): boolean {
  ownMappings(k, pfn);
  if (k.frames.has(pfn, PG_LARGE)) {
    if (!k.frames.has(headOf(k, pfn), PG_SWAPBACKED)) return dropLazyFreeFolio(k, headOf(k, pfn));
    splitFolio(k, pfn);
    return false;
  }
  if (!k.frames.has(pfn, PG_ANON)) return reclaimFilePage(k, pfn, options);
  if (!k.frames.has(pfn, PG_SWAPBACKED)) return dropLazyFree(k, pfn);
  return swapOut(k, pfn);
}

/** A page that MADV_FREE gave up: gone, unless it was written since, which makes it an ordinary page again. */
function dropLazyFree(k: KernelState, pfn: Pfn): boolean {
  let written = k.frames.has(pfn, PG_DIRTY);
  forEachMapping(k, pfn, (_mm, _vma, _vpn, ref) => {
    if (k.pte.isDirty(k.tables.lo(ref))) written = true;
  });
  if (written) {
    k.frames.set(pfn, PG_SWAPBACKED);
    return false;
  }
  unmapEverywhere(k, pfn);
  return true;
}

/** The same for a large folio, which goes as a whole. */
function dropLazyFreeFolio(k: KernelState, head: Pfn): boolean {
  const pages = Array.from({ length: k.hugePages }, (_, i) => head + i);
  let written = k.frames.has(head, PG_DIRTY);
  for (const page of pages)
    forEachMapping(k, page, (_mm, _vma, _vpn, ref) => {
      if (k.pte.isDirty(k.tables.lo(ref))) written = true;
    });
  if (written) {
    k.frames.set(head, PG_SWAPBACKED);
    return false;
  }
  splitPmdsOf(k, head);
  k.frames.refcount[head]!++;
  for (const page of pages) unmapEverywhere(k, page);
  putFolio(k, head, 1);
  return true;
}

function reclaimFilePage(k: KernelState, pfn: Pfn, options: ReclaimOptions): boolean {
  const file = k.files.get(k.frames.mapping[pfn]!);
  const index = k.frames.index[pfn]!;
  if (!file || file.cache.get(index) !== pfn) return false;
  unmapEverywhere(k, pfn);
  if (k.frames.has(pfn, PG_DIRTY)) {
    if (file.fs === 'tmpfs') return swapOutShmem(k, file, index, pfn);
    if (!options.writeBack) {
      k.frames.set(pfn, PG_RECLAIM);
      return false;
    }
    writePage(k, file, index, pfn);
  }
  removeFromCache(k, file, index);
  return true;
}

/** try_to_unmap: no PTE maps the page any more; dirty bits of file pages go to the page. */
function unmapEverywhere(k: KernelState, pfn: Pfn): void {
  forEachMapping(k, pfn, (mm, _vma, vpn, ref) => {
    if (!k.frames.has(pfn, PG_ANON) && k.pte.isDirty(k.tables.lo(ref))) k.frames.set(pfn, PG_DIRTY);
    k.tables.set(ref, 0, 0);
    flushPage(k, mm, vpn);
    countResident(k, mm, pfn, -1);
    removeMapping(k, pfn, mm.id);
  });
}

function swapOutShmem(k: KernelState, file: CachedFile, index: number, pfn: Pfn): boolean {
  if (!k.swap.hasRoom) return false;
  const slot = k.swap.allocate(k.contents.copy(k.frames.content[pfn]!));
  k.swap.get(slot);
  file.swapped.set(index, slot);
  removeFromCache(k, file, index);
  k.counters.swappedOut++;
  k.meter.add('swap');
  return true;
}

/** An anonymous page to a swap slot: every PTE becomes a swap entry that remembers whether the page was exclusive. */
function swapOut(k: KernelState, pfn: Pfn): boolean {
  if (!k.swap.hasRoom) return false;
  const slot = k.swap.allocate(k.contents.copy(k.frames.content[pfn]!));
  const exclusive = k.frames.has(pfn, PG_EXCLUSIVE);
  forEachMapping(k, pfn, (mm, _vma, vpn, ref) => {
    k.tables.set(ref, k.pte.swapLo(slot, exclusive), k.pte.swapHi(slot));
    k.swap.get(slot);
    flushPage(k, mm, vpn);
    mm.anonPages--;
    mm.swapPages++;
    removeMapping(k, pfn, mm.id);
  });
  k.counters.swappedOut++;
  k.meter.add('swap');
  return true;
}
