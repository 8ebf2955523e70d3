import type { Pfn } from '../../core/addr.ts';
import type { FaultSite } from '../fault/site.ts';
import { PG_RECLAIM, PG_UNREAD } from '../frame/frames.ts';
import type { KernelState } from '../state.ts';
import { VM_EXEC, VM_RAND_READ, VM_SEQ_READ } from '../vma/flags.ts';
import { type CachedFile, ReadAheadState, type Vma } from '../vma/vma.ts';
import { insertPage } from './cache.ts';
import { readAheadAsync, readWindow } from './readahead.ts';
import { shmemPage } from './shmem.ts';

/**
 * filemap_fault and shmem_fault: the frame of the faulting page of a file, read in when it is not cached (which makes
 * the fault major) or made when the file system keeps it in memory. -1 beyond the end of the file (SIGBUS).
 */
export function fileFault(site: FaultSite): Pfn {
  const { k, vma, vpn } = site;
  const file = vma.file!;
  const index = vma.indexOf(vpn);
  if (index >= file.pages) return -1;
  k.meter.add('pageCache');
  const cached = file.cache.get(index);
  if (cached !== undefined) {
    reachCached(site, cached, index);
    return cached;
  }
  if (file.fs === 'tmpfs') {
    const swapped = file.swapped.has(index);
    if (swapped) site.major = true;
    return shmemPage(k, file, index);
  }
  site.major = true;
  k.meter.add('io');
  const [from, count] = readAroundWindow(k, vma, index);
  // A hole is there without I/O: the fault begins anew while the rest of the window is still being read.
  if (!file.disk.has(index)) site.inFlight = blocksToRead(file, from, count);
  readWindow(k, file, from, count, count > 1 && !vma.has(VM_EXEC) ? from + count - (count >> 2) : -1);
  return file.cache.get(index) ?? insertPage(k, file, index);
}

/** The pages of a window that have a block on disk and are not cached. */
function blocksToRead(file: CachedFile, from: number, count: number): Set<number> {
  const window = Array.from({ length: count }, (_, i) => from + i);
  return new Set(window.filter((index) => file.disk.has(index) && !file.cache.has(index)));
}

/**
 * A marked page starts read-ahead (do_async_mmap_readahead), a page not yet read as a whole is read: the kernel drops
 * its lock for both and begins the fault anew, which does not make it a major one.
 */
function reachCached(site: FaultSite, pfn: Pfn, index: number): void {
  const { k, vma } = site;
  const marked = k.frames.has(pfn, PG_RECLAIM) && !vma.has(VM_RAND_READ);
  if (!marked && !k.frames.has(pfn, PG_UNREAD)) return;
  site.retry = true;
  site.retried = true;
  k.frames.clear(pfn, PG_UNREAD);
  if (!marked) return;
  k.frames.clear(pfn, PG_RECLAIM);
  readAheadAsync(k, vma.file!, new ReadAheadState(-1), index, k.readAheadPages);
}

/**
 * do_sync_mmap_readahead: half the read-ahead size before the page and half after it. From the page on when the mapping
 * is advised sequential; to the end of the VMA when it is executable; the page alone when advised random.
 */
function readAroundWindow(k: KernelState, vma: Vma, index: number): [from: number, count: number] {
  if (vma.has(VM_RAND_READ)) return [index, 1];
  if (vma.has(VM_SEQ_READ)) return [index, k.readAheadPages];
  if (vma.has(VM_EXEC)) return [index, Math.min(k.readAheadPages, vma.indexOf(vma.end) - index)];
  return [Math.max(0, index - (k.readAheadPages >> 1)), k.readAheadPages];
}
