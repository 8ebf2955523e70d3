import { PAGE_BYTES } from '../../core/addr.ts';
import { PG_DIRTY } from '../frame/frames.ts';
import type { KernelState } from '../state.ts';
import type { CachedFile } from '../vma/vma.ts';
import { insertPage, readPages } from './cache.ts';
import { shmemPage } from './shmem.ts';
import { truncateFile } from './truncate.ts';

/** pread of one byte; -1 at or beyond the end of the file. A hole of a memory file reads as zero and stays a hole. */
export function readByte(k: KernelState, file: CachedFile, offset: number): number {
  if (offset >= file.bytes) return -1;
  const index = Math.floor(offset / PAGE_BYTES);
  if (file.fs === 'tmpfs' && !file.cache.has(index) && !file.swapped.has(index)) return 0;
  if (!file.cache.has(index) && file.fs === 'ext4') syncReadAhead(k, file, index);
  const pfn = file.cache.get(index) ?? shmemPage(k, file, index);
  return k.contents.read(k.frames.content[pfn]!, offset % PAGE_BYTES);
}

/** pwrite of one byte: extends the file where it lies beyond the end. Shared mappings see it at once. */
export function writeByte(k: KernelState, file: CachedFile, offset: number, value: number): void {
  if (offset >= file.bytes) truncateFile(k, file, offset + 1);
  const index = Math.floor(offset / PAGE_BYTES);
  const pfn =
    file.cache.get(index) ?? (file.fs === 'tmpfs' ? shmemPage(k, file, index) : insertPage(k, file, index));
  k.frames.content[pfn] = k.contents.write(k.frames.content[pfn]!, offset % PAGE_BYTES, value);
  k.frames.set(pfn, PG_DIRTY);
}

/** A first window of 4 pages for a read at the start of the file, the page alone elsewhere (page_cache_sync_ra). */
const INITIAL_WINDOW = 4;

function syncReadAhead(k: KernelState, file: CachedFile, index: number): void {
  k.meter.add('io');
  readPages(k, file, index, index === 0 ? INITIAL_WINDOW : 1);
}
