import { PG_SWAPCACHE } from '../frame/frames.ts';
import { putFolio } from '../rmap.ts';
import type { KernelState } from '../state.ts';

/** swap_free: one reference to a slot less. The last one frees the slot and its copy in memory. */
export function dropSwapEntry(k: KernelState, slot: number): void {
  const content = k.swap.put(slot);
  if (content < 0) return;
  k.contents.release(content);
  dropSwapCache(k, slot);
}

/** delete_from_swap_cache: the frame is no longer the slot's copy. */
export function dropSwapCache(k: KernelState, slot: number): void {
  const pfn = k.swap.cache.get(slot);
  if (pfn === undefined) return;
  k.swap.cache.delete(slot);
  k.frames.clear(pfn, PG_SWAPCACHE);
  putFolio(k, pfn, 1);
}
