import { PAGE_BYTES } from '../../core/addr.ts';
import { PG_DIRTY, PG_UNREAD } from '../frame/frames.ts';
import type { Mm } from '../mm.ts';
import { zapRange } from '../pagetable/zap.ts';
import { dropSwapEntry } from '../reclaim/swap-entry.ts';
import type { KernelState } from '../state.ts';
import type { CachedFile } from '../vma/vma.ts';
import { insertPage, removeFromCache } from './cache.ts';

/**
 * ftruncate. Shrinking unmaps every page beyond the new end from all processes, private copies included, drops them
 * from the cache and zeroes the rest of the last page. Growing makes a hole; ext4 first zeroes what was written to
 * the last page beyond the old end, tmpfs leaves it to be seen.
 */
export function truncateFile(k: KernelState, file: CachedFile, bytes: number): void {
  const oldBytes = file.bytes;
  file.bytes = bytes;
  if (bytes > oldBytes) {
    if (file.fs === 'ext4') zeroTail(k, file, oldBytes);
    return;
  }
  if (bytes === oldBytes) return;
  const first = file.pages;
  unmapMappingRange(k, file, first, Number.POSITIVE_INFINITY, true);
  dropPages(k, file, first, Number.POSITIVE_INFINITY);
  zeroTail(k, file, bytes);
}

/** FALLOC_FL_PUNCH_HOLE (MADV_REMOVE): whole pages [from, to) read as zeros for all; private copies stay. */
export function punchHole(k: KernelState, file: CachedFile, from: number, to: number): void {
  unmapMappingRange(k, file, from, to, false);
  dropPages(k, file, from, to);
}

/** unmap_mapping_range: empties the PTEs of pages [from, to) of a file in every address space. */
function unmapMappingRange(
  k: KernelState,
  file: CachedFile,
  from: number,
  to: number,
  evenCows: boolean,
): void {
  for (const vma of file.mappings) {
    const start = Math.max(vma.start, vma.start + from - vma.pgoff);
    const end = Math.min(vma.end, vma.start + to - vma.pgoff);
    if (start < end) zapRange(k, vma.mm as Mm, vma, start, end, { evenCows });
  }
}

function dropPages(k: KernelState, file: CachedFile, from: number, to: number): void {
  for (const index of [...file.cache.keys()])
    if (index >= from && index < to) removeFromCache(k, file, index);
  for (const [index, content] of [...file.disk])
    if (index >= from && index < to) {
      k.contents.release(content);
      file.disk.delete(index);
    }
  for (const [index, slot] of [...file.swapped])
    if (index >= from && index < to) {
      dropSwapEntry(k, slot);
      file.swapped.delete(index);
    }
}

/**
 * The bytes of the last page from `bytes` on become zeros. On ext4 (ext4_block_truncate_page) the page is dirty after,
 * if it has a block on disk; one that was not cached is afterwards, without having been read as a whole.
 */
function zeroTail(k: KernelState, file: CachedFile, bytes: number): void {
  const offset = bytes % PAGE_BYTES;
  if (offset === 0) return;
  const index = Math.floor(bytes / PAGE_BYTES);
  let pfn = file.cache.get(index);
  if (pfn === undefined) {
    if (file.fs === 'tmpfs') return;
    pfn = insertPage(k, file, index);
    k.frames.set(pfn, PG_UNREAD);
  }
  const isHole = file.fs === 'ext4' && !file.disk.has(index) && !k.frames.has(pfn, PG_DIRTY);
  if (isHole) return;
  k.frames.content[pfn] = k.contents.zeroFrom(k.frames.content[pfn]!, offset);
  k.frames.set(pfn, PG_DIRTY);
}
