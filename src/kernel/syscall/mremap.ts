import type { Vpn } from '../../core/addr.ts';
import type { Mm } from '../mm.ts';
import { SyscallError } from '../outcome.ts';
import { movePageTables } from '../pagetable/move.ts';
import type { Process } from '../process.ts';
import type { KernelState } from '../state.ts';
import { anonVmaClone, unlinkAnonVmas } from '../vma/anon-vma.ts';
import { VM_LOCKED, VM_SHARED } from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';
import { unmapRange } from './munmap.ts';
import { populate } from './populate.ts';

export interface MremapRequest {
  readonly vpn: Vpn;
  readonly pages: number;
  readonly newPages: number;
  /** Where to (MREMAP_MAYMOVE | MREMAP_FIXED); without it the mapping stays where it is or the call fails. */
  readonly to?: Vpn;
  /** MREMAP_DONTUNMAP: the old range stays mapped, empty. */
  readonly dontUnmap?: boolean;
}

/**
 * mremap. Throws SyscallError: EINVAL (no new pages, overlap, DONTUNMAP with another size), EFAULT (nothing mapped, or
 * a growing or shrinking move across VMAs), ENOMEM (no room to grow in place).
 */
export function mremap(k: KernelState, process: Process, request: MremapRequest): void {
  const { vpn, pages, newPages, to } = request;
  if (newPages <= 0) throw new SyscallError('EINVAL');
  k.meter.add('vmaEdit');
  if (to === undefined) {
    remapInPlace(k, process, vpn, pages, newPages);
    return;
  }
  if (request.dontUnmap && pages !== newPages) throw new SyscallError('EINVAL');
  if (vpn < to + newPages && to < vpn + pages) throw new SyscallError('EINVAL');
  if (pages === newPages) moveEach(k, process, request, to);
  else moveOne(k, process, request, to);
}

/** mremap_at without MAYMOVE. */
function remapInPlace(k: KernelState, process: Process, vpn: Vpn, pages: number, newPages: number): void {
  const { mm } = process;
  const vma = mm.vmas.find(vpn);
  if (!vma) throw new SyscallError('EFAULT');
  if (newPages < pages) {
    unmapRange(k, mm, vpn + newPages, vpn + pages);
    return;
  }
  if (newPages === pages) return;
  checkMappable(vma, vpn, pages, newPages);
  const end = vma.end;
  const added = newPages - pages;
  const roomAbove = (mm.vmas.after(vma)?.start ?? Number.POSITIVE_INFINITY) >= end + added;
  if (vpn + pages !== end || !roomAbove) throw new SyscallError('ENOMEM');
  const locked = vma.has(VM_LOCKED);
  // The added part merges with this VMA by nature, and with the next one where that fits too.
  mm.editor.mergeNew(end, end + added, vma.flags, vma.indexOf(end), vma.file, vma);
  if (!locked) return;
  mm.lockedPages += added;
  populate(k, process, end, end + added, true);
}

/** check_prep_vma for what maps something new. Only what a shrinking move gives up may lie beyond the VMA. */
function checkMappable(vma: Vma, vpn: Vpn, pages: number, newPages: number): void {
  if (pages === 0 && !vma.has(VM_SHARED)) throw new SyscallError('EINVAL');
  if (vpn + Math.min(pages, newPages) > vma.end) throw new SyscallError('EFAULT');
}

/** remap_move: a move without a change of size may span several VMAs (6.17); gaps between them are kept. */
function moveEach(k: KernelState, process: Process, request: MremapRequest, to: Vpn): void {
  const { mm } = process;
  const { vpn, pages, dontUnmap } = request;
  const end = vpn + pages;
  if (pages === 0 || !mm.vmas.find(vpn)) {
    moveOne(k, process, request, to);
    return;
  }
  for (let at = vpn; at < end; ) {
    const vma = mm.vmas.findAbove(at);
    if (!vma || vma.start >= end) return;
    const start = Math.max(vma.start, vpn);
    const stop = Math.min(vma.end, end);
    const piece = { vpn: start, pages: stop - start, newPages: stop - start, dontUnmap };
    moveOne(k, process, piece, to + (start - vpn));
    at = stop;
  }
}

/** mremap_to: makes room at the target, shrinks the source where asked, then move_vma. */
function moveOne(k: KernelState, process: Process, request: MremapRequest, to: Vpn): void {
  const { mm } = process;
  const { vpn, newPages } = request;
  let { pages } = request;
  const found = mm.vmas.find(vpn);
  if (!found) throw new SyscallError('EFAULT');
  checkMappable(found, vpn, pages, newPages);
  unmapRange(k, mm, to, to + newPages);
  if (newPages < pages) {
    unmapRange(k, mm, vpn + newPages, vpn + pages);
    pages = newPages;
  }
  // What was found above may have been cut.
  const source = mm.vmas.find(vpn)!;
  const locked = source.has(VM_LOCKED);
  const copy = copyVma(mm, source, vpn, to, newPages);
  movePageTables(k, mm, source, vpn, to, pages);
  if (request.dontUnmap) emptySource(k, mm, source, copy, vpn, pages);
  else if (pages > 0) unmapRange(k, mm, vpn, vpn + pages);
  if (!locked) return;
  if (!request.dontUnmap) mm.lockedPages += newPages;
  if (newPages > pages) populate(k, process, to + pages, to + newPages, true);
}

/** copy_vma: a VMA like this one at another place. One that was never faulted in takes on the offsets of its new place. */
function copyVma(mm: Mm, source: Vma, vpn: Vpn, to: Vpn, pages: number): Vma {
  const pgoff = source.isAnonymous && !source.anonVma ? to : source.indexOf(vpn);
  const merged = mm.editor.mergeNew(to, to + pages, source.flags, pgoff, source.file, source);
  if (merged) return merged;
  const copy = mm.editor.insertNew(mm, to, to + pages, source.flags, pgoff, source.file);
  copy.anonVma = source.anonVma;
  anonVmaClone(copy, source);
  return copy;
}

/** dontunmap_complete: the old VMA stays, unlocked; emptied as a whole it needs its anon_vma no more. */
function emptySource(k: KernelState, mm: Mm, source: Vma, copy: Vma, vpn: Vpn, pages: number): void {
  const old = mm.vmas.find(vpn)!;
  old.flags &= ~VM_LOCKED;
  if (copy !== old && source === old && old.start === vpn && old.end === vpn + pages)
    unlinkAnonVmas(k.anonVmas, old);
}
