import { PAGE_BYTES } from '../../core/addr.ts';
import { PG_DIRTY, PG_RECLAIM, PG_UNREAD } from '../frame/frames.ts';
import type { KernelState } from '../state.ts';
import type { CachedFile } from '../vma/vma.ts';
import { insertPage } from './cache.ts';
import { readAheadAsync, readAheadSync } from './readahead.ts';
import { shmemPage } from './shmem.ts';
import { truncateFile } from './truncate.ts';

/** pread of one byte; -1 at or beyond the end of the file. A hole of a memory file reads as zero and stays a hole. */
export function readByte(k: KernelState, file: CachedFile, offset: number): number {
  if (offset >= file.bytes) return -1;
  const index = Math.floor(offset / PAGE_BYTES);
  if (file.fs === 'tmpfs' && !file.cache.has(index) && !file.swapped.has(index)) return 0;
  if (file.fs === 'ext4') readAheadFor(k, file, index);
  const pfn = file.cache.get(index) ?? shmemPage(k, file, index);
  k.frames.clear(pfn, PG_UNREAD);
  file.readAhead.previous = Math.floor((offset + 1) / PAGE_BYTES);
  return k.contents.read(k.frames.content[pfn]!, offset % PAGE_BYTES);
}

/** filemap_get_pages: a page not cached is read with its read-ahead, a marked one starts the next window. */
function readAheadFor(k: KernelState, file: CachedFile, index: number): void {
  const cached = file.cache.get(index);
  if (cached === undefined) {
    readAheadSync(k, file, file.readAhead, index);
  } else if (k.frames.has(cached, PG_RECLAIM)) {
    k.frames.clear(cached, PG_RECLAIM);
    readAheadAsync(k, file, file.readAhead, index, 1);
  }
}

/** pwrite of one byte: extends the file where it lies beyond the end. Shared mappings see it at once. */
export function writeByte(k: KernelState, file: CachedFile, offset: number, value: number): void {
  if (offset >= file.bytes) truncateFile(k, file, offset + 1);
  const index = Math.floor(offset / PAGE_BYTES);
  const pfn =
    file.cache.get(index) ?? (file.fs === 'tmpfs' ? shmemPage(k, file, index) : insertPage(k, file, index));
  k.frames.content[pfn] = k.contents.write(k.frames.content[pfn]!, offset % PAGE_BYTES, value);
  k.frames.clear(pfn, PG_UNREAD);
  k.frames.set(pfn, PG_DIRTY);
}
