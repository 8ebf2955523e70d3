import type { Vpn } from '../../core/addr.ts';
import { SyscallError } from '../outcome.ts';
import type { Process } from '../process.ts';
import type { KernelState } from '../state.ts';
import { VM_ACCOUNT, VM_READ, VM_WRITE } from '../vma/flags.ts';
import { unmapRange } from './munmap.ts';

/** brk: moves the end of the heap to page `end`. The first call says where the heap is. ENOMEM where something is in the way. */
export function brk(k: KernelState, process: Process, end: Vpn): void {
  const { mm } = process;
  if (mm.startBrk === 0) {
    mm.startBrk = end;
    mm.brk = end;
    return;
  }
  if (end < mm.startBrk) throw new SyscallError('ENOMEM');
  k.meter.add('vmaEdit');
  if (end < mm.brk) {
    unmapRange(k, mm, end, mm.brk);
  } else if (end > mm.brk) {
    if (mm.vmas.overlapping(mm.brk, end).length > 0) throw new SyscallError('ENOMEM');
    const flags = VM_READ | VM_WRITE | VM_ACCOUNT;
    if (!mm.editor.mergeNew(mm.brk, end, flags, mm.brk, undefined))
      mm.editor.insertNew(mm, mm.brk, end, flags, mm.brk, undefined);
  }
  mm.brk = end;
}
