import type { Vpn } from '../../core/addr.ts';
import { SyscallError } from '../outcome.ts';
import { writeBack } from '../page-cache/writeback.ts';
import type { Process } from '../process.ts';
import type { KernelState } from '../state.ts';
import { VM_SHARED } from '../vma/flags.ts';

/**
 * msync: MS_SYNC writes the dirty pages of shared file mappings back, MS_ASYNC does nothing. Holes are passed over but
 * give ENOMEM at the end.
 */
export function msync(k: KernelState, process: Process, start: Vpn, pages: number, sync: boolean): void {
  const end = start + pages;
  let at = start;
  let hole = false;
  for (const vma of process.mm.vmas.overlapping(start, end)) {
    if (vma.start > at) hole = true;
    const from = Math.max(start, vma.start);
    const to = Math.min(end, vma.end);
    if (sync && vma.file && vma.has(VM_SHARED)) writeBack(k, vma.file, vma.indexOf(from), vma.indexOf(to));
    at = vma.end;
  }
  if (hole || at < end) throw new SyscallError('ENOMEM');
}
