import type { Pfn, Vpn } from '../../core/addr.ts';
import { PG_DIRTY, PG_RECLAIM } from '../frame/frames.ts';
import type { KernelState } from '../state.ts';
import type { Vma } from '../vma/vma.ts';

/** vma_wants_writenotify: the file system must hear of the first write to each page (ext4), so reads map read-only. */
export function wantsWriteNotify(vma: Vma): boolean {
  return vma.file?.fs === 'ext4';
}

/**
 * page_mkwrite of the file systems that have one: reserves what writing the page back will need. False when the page
 * lies beyond the end of the file.
 */
export function pageMkwrite(k: KernelState, vma: Vma, vpn: Vpn): boolean {
  if (!wantsWriteNotify(vma)) return true;
  if (vma.indexOf(vpn) >= vma.file!.pages) return false;
  k.meter.add('mkwrite');
  return true;
}

/** folio_mark_dirty: the page must be written back; what reclaim had in mind for it is off. */
export function markDirty(k: KernelState, pfn: Pfn): void {
  k.frames.clear(pfn, PG_RECLAIM);
  k.frames.set(pfn, PG_DIRTY);
}
