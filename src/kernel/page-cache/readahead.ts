import { PG_RECLAIM } from '../frame/frames.ts';
import type { KernelState } from '../state.ts';
import type { CachedFile, ReadAheadState } from '../vma/vma.ts';
import { insertPage } from './cache.ts';

/**
 * page_cache_sync_ra: a read of one page that is not cached. At the start of the file or next to the last read: a
 * window of 4 pages, its second page marked. After a run of cached pages: a window of that length. Alone: that page.
 */
export function readAheadSync(k: KernelState, file: CachedFile, ra: ReadAheadState, index: number): void {
  k.meter.add('io');
  const most = k.readAheadPages;
  const step = index - ra.previous;
  if (index === 0 || step === 0 || step === 1) {
    ra.start = index;
    ra.size = initialSize(most);
    ra.asyncSize = ra.size > 1 ? ra.size - 1 : 0;
  } else {
    let run = 0;
    while (run < most && file.cache.has(index - 1 - run)) run++;
    if (run <= 1) {
      readWindow(k, file, index, 1, -1);
      return;
    }
    ra.start = index;
    ra.size = Math.min((run === index ? run * 2 : run) + 1, most);
    ra.asyncSize = 1;
  }
  readWindow(k, file, ra.start, ra.size, ra.start + ra.size - ra.asyncSize);
}

/** page_cache_async_ra: a marked page was reached; the next window is read, its first page marked. */
export function readAheadAsync(
  k: KernelState,
  file: CachedFile,
  ra: ReadAheadState,
  index: number,
  wanted: number,
): void {
  const most = k.readAheadPages;
  if (index === ra.start + ra.size - ra.asyncSize && ra.size > 0) {
    ra.start += ra.size;
    ra.size = Math.max(ra.size, nextSize(ra.size, most));
  } else {
    let start = index + 1;
    while (start - index <= most && file.cache.has(start)) start++;
    if (start - index > most) return;
    ra.start = start;
    ra.size = nextSize(start - index + wanted, most);
  }
  ra.asyncSize = ra.size;
  readWindow(k, file, ra.start, ra.size, ra.start);
}

/** get_init_ra_size for one page. */
function initialSize(most: number): number {
  return most >= 32 ? 4 : most >= 4 ? 2 : most;
}

/** get_next_ra_size. */
function nextSize(size: number, most: number): number {
  if (size < most / 16) return 4 * size;
  return size <= most / 2 ? 2 * size : most;
}

/** Reads what is not cached of a window, up to the end of the file; the page `marked` starts the next one. */
export function readWindow(
  k: KernelState,
  file: CachedFile,
  from: number,
  count: number,
  marked: number,
): void {
  const end = Math.min(from + count, file.pages);
  for (let index = from; index < end; index++) {
    if (file.cache.has(index)) continue;
    const pfn = insertPage(k, file, index);
    if (index === marked) k.frames.set(pfn, PG_RECLAIM);
  }
}
