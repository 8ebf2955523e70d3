import type { Pfn } from '../../core/addr.ts';
import { PG_DIRTY } from '../frame/frames.ts';
import { allocateFrame } from '../frame/pages.ts';
import { dropSwapEntry } from '../reclaim/swap-entry.ts';
import type { KernelState } from '../state.ts';
import type { CachedFile } from '../vma/vma.ts';
import { addToCache } from './cache.ts';

/** shmem_get_folio: the page of a memory file, from the cache, from swap, or a new one of zeros. */
export function shmemPage(k: KernelState, file: CachedFile, index: number): Pfn {
  const cached = file.cache.get(index);
  if (cached !== undefined) return cached;
  const pfn = allocateFrame(k);
  const slot = file.swapped.get(index);
  if (slot !== undefined) {
    k.frames.content[pfn] = k.contents.copy(k.swap.contentOf(slot));
    k.frames.set(pfn, PG_DIRTY);
    file.swapped.delete(index);
    dropSwapEntry(k, slot);
    k.counters.swappedIn++;
    k.meter.add('io');
  } else {
    k.counters.bytesZeroed += 4096;
    k.meter.add('allocate');
    k.meter.add('zero');
  }
  addToCache(k, file, index, pfn);
  return pfn;
}
