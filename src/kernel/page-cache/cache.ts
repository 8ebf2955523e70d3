import type { Pfn } from '../../core/addr.ts';
import { PG_DIRTY, PG_LRU } from '../frame/frames.ts';
import { allocateFrame } from '../frame/pages.ts';
import { putFolio } from '../rmap.ts';
import type { KernelState } from '../state.ts';
import type { CachedFile } from '../vma/vma.ts';

/** Reads one page of an ext4 file from its disk into the cache: a hole gives zeros. The cache holds one reference. */
export function insertPage(k: KernelState, file: CachedFile, index: number): Pfn {
  const pfn = allocateFrame(k);
  k.frames.content[pfn] = k.contents.copy(file.disk.get(index) ?? 0);
  addToCache(k, file, index, pfn);
  k.counters.readIn++;
  return pfn;
}

/** filemap_add_folio: the frame becomes page `index` of the file; its one reference is the cache's. */
export function addToCache(k: KernelState, file: CachedFile, index: number, pfn: Pfn): void {
  k.frames.mapping[pfn] = file.id;
  k.frames.index[pfn] = index | 0;
  k.frames.set(pfn, PG_LRU);
  file.cache.set(index, pfn);
  k.meter.add('pageCacheInsert');
}

/** filemap_remove_folio: the page leaves the cache; mappings of it, if any, keep the frame. */
export function removeFromCache(k: KernelState, file: CachedFile, index: number): void {
  const pfn = file.cache.get(index);
  if (pfn === undefined) return;
  file.cache.delete(index);
  k.frames.clear(pfn, PG_DIRTY);
  putFolio(k, pfn, 1);
}
