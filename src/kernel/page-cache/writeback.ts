import { PAGE_BYTES, type Pfn } from '../../core/addr.ts';
import { PG_DIRTY, PG_RECLAIM } from '../frame/frames.ts';
import type { Mm } from '../mm.ts';
import { findPte } from '../pagetable/ptes.ts';
import { takeUseBits } from '../pagetable/use-bits.ts';
import { ownTables } from '../policy/own-tables.ts';
import { flushPage } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { VM_SHARED } from '../vma/flags.ts';
import type { CachedFile } from '../vma/vma.ts';
import { removeFromCache } from './cache.ts';

/**
 * Writes the dirty pages [from, to) of a file to its disk. Each is made clean and read-only in every shared mapping
 * first, so that the next write is noticed (folio_mkclean); bytes beyond the end of the file become zeros. Files in
 * memory have nothing to write.
 */
export function writeBack(k: KernelState, file: CachedFile, from: number, to: number): void {
  if (file.fs === 'tmpfs') return;
  for (const [index, pfn] of [...file.cache]) {
    if (index < from || index >= to || !k.frames.has(pfn, PG_DIRTY)) continue;
    writePage(k, file, index, pfn);
  }
}

/** One dirty page of an ext4 file to its disk. */
export function writePage(k: KernelState, file: CachedFile, index: number, pfn: Pfn): void {
  mkClean(k, file, index);
  k.frames.clear(pfn, PG_DIRTY | PG_RECLAIM);
  const last = file.bytes - index * PAGE_BYTES;
  if (last < PAGE_BYTES)
    k.frames.content[pfn] = k.contents.zeroFrom(k.frames.content[pfn]!, Math.max(0, last));
  const before = file.disk.get(index);
  if (before !== undefined) k.contents.release(before);
  file.disk.set(index, k.contents.copy(k.frames.content[pfn]!));
  k.counters.writtenBack++;
  k.meter.add('io');
}

/** page_mkclean_one in every shared mapping: dirty and write bits go from the PTE. */
function mkClean(k: KernelState, file: CachedFile, index: number): void {
  for (const vma of file.mappings) {
    if (!vma.has(VM_SHARED)) continue;
    const vpn = vma.start + index - vma.pgoff;
    if (vpn < vma.start || vpn >= vma.end) continue;
    const mm = vma.mm as Mm;
    ownTables(k, mm, vpn, vpn + 1);
    const ref = findPte(k, mm, vpn);
    if (!ref) continue;
    const lo = k.tables.lo(ref);
    if (!k.pte.present(lo) || (!k.pte.isDirty(lo) && !k.pte.writable(lo))) continue;
    if (k.pte.writable(lo)) ref.slab[ref.at] = k.pte.wrprotect(lo);
    takeUseBits(k, ref, k.pte.dirty);
    flushPage(k, mm, vpn);
  }
}

/** fsync, then POSIX_FADV_DONTNEED: pages that nobody maps leave the cache. */
export function dropCache(k: KernelState, file: CachedFile): void {
  if (file.fs === 'tmpfs') return;
  writeBack(k, file, 0, Number.POSITIVE_INFINITY);
  for (const [index, pfn] of [...file.cache])
    if (k.frames.refcount[pfn] === 1) removeFromCache(k, file, index);
}
