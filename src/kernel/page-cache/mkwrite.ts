import type { Pfn } from '../../core/addr.ts';
import { PG_DIRTY, PG_RECLAIM } from '../frame/frames.ts';
import type { KernelState } from '../state.ts';
import type { Vma } from '../vma/vma.ts';

/** vma_wants_writenotify: the file system must hear of the first write to each page (ext4), so reads map read-only. */
export function wantsWriteNotify(vma: Vma): boolean {
  return vma.file?.fs === 'ext4';
}

/**
 * page_mkwrite of the file systems that have one: reserves what writing the page back will need. The page is one of the
 * file: what lies beyond its end is unmapped when it becomes shorter.
 */
export function pageMkwrite(k: KernelState, vma: Vma): void {
  if (wantsWriteNotify(vma)) k.meter.add('mkwrite');
}

/** folio_mark_dirty: the page must be written back; what reclaim had in mind for it is off. */
export function markDirty(k: KernelState, pfn: Pfn): void {
  k.frames.clear(pfn, PG_RECLAIM);
  k.frames.set(pfn, PG_DIRTY);
}
