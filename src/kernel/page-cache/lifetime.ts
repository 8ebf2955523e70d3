import { PAGE_BYTES } from '../../core/addr.ts';
import { PG_DIRTY } from '../frame/frames.ts';
import { allocateFrame } from '../frame/pages.ts';
import { dropSwapEntry } from '../reclaim/swap-entry.ts';
import type { KernelState } from '../state.ts';
import { CachedFile, type FileSystem } from '../vma/vma.ts';
import { addToCache, removeFromCache } from './cache.ts';

/** Makes a file known to the kernel. `named` files live until the end; others while they are mapped. */
export function createFile(
  k: KernelState,
  name: string,
  fs: FileSystem,
  bytes: number,
  named: boolean,
): CachedFile {
  const file = new CachedFile(k.nextFileId(), name, fs, bytes, named);
  k.files.set(file.id, file);
  return file;
}

/**
 * First contents of a file, all of it cached: `contentOf` gives the word of each page (frame/contents.ts). Bytes of the
 * last page beyond the end are zeros. An ext4 file is clean and has the same on disk; a tmpfs file is dirty.
 */
export function fillFile(k: KernelState, file: CachedFile, contentOf: (page: number) => number): void {
  for (let index = 0; index < file.pages; index++) {
    const content = k.contents.zeroFrom(
      contentOf(index),
      Math.min(PAGE_BYTES, file.bytes - index * PAGE_BYTES),
    );
    const pfn = allocateFrame(k);
    k.frames.content[pfn] = content;
    addToCache(k, file, index, pfn);
    if (file.fs === 'tmpfs') k.frames.set(pfn, PG_DIRTY);
    else file.disk.set(index, k.contents.copy(content));
  }
}

/** The memory behind a shared anonymous mapping goes with its last mapping. */
export function releaseUnnamed(k: KernelState, file: CachedFile | undefined): void {
  if (!file || file.named || file.mappings.size > 0) return;
  for (const index of [...file.cache.keys()]) removeFromCache(k, file, index);
  for (const slot of file.swapped.values()) dropSwapEntry(k, slot);
  file.swapped.clear();
  k.files.delete(file.id);
}
