import type { Vpn } from '../../core/addr.ts';
import { SyscallError } from '../outcome.ts';
import type { Process } from '../process.ts';
import type { KernelState } from '../state.ts';
import { VM_LOCKED } from '../vma/flags.ts';
import { populate } from './populate.ts';

/** mlock: locks the VMAs of a range and makes their pages present. ENOMEM at a hole or where a page cannot be had. */
export function mlock(k: KernelState, process: Process, start: Vpn, pages: number): void {
  setLocked(process, start, pages, true);
  if (!populate(k, process, start, start + pages, false)) throw new SyscallError('ENOMEM');
}

/** munlock: the pages stay. ENOMEM at a hole. */
export function munlock(process: Process, start: Vpn, pages: number): void {
  setLocked(process, start, pages, false);
}

/** apply_vma_lock_flags: what lies before a hole is changed. */
function setLocked(process: Process, start: Vpn, pages: number, locked: boolean): void {
  const { mm } = process;
  const end = start + pages;
  let at = start;
  for (const found of mm.vmas.overlapping(start, end)) {
    if (found.start > at) break;
    const vma = mm.vmas.find(at)!;
    const stop = Math.min(found.end, end);
    if (stop <= at) continue;
    const flags = locked ? vma.flags | VM_LOCKED : vma.flags & ~VM_LOCKED;
    if (flags !== vma.flags) {
      mm.editor.modifyFlags(vma, at, stop, flags);
      mm.lockedPages += locked ? stop - at : at - stop;
    }
    at = stop;
  }
  if (at < end) throw new SyscallError('ENOMEM');
}
