import type { Vpn } from '../../core/addr.ts';
import { SyscallError } from '../outcome.ts';
import type { Process } from '../process.ts';
import type { KernelState } from '../state.ts';
import { VM_READ, VM_WRITE } from '../vma/flags.ts';
import { faultInRange } from './populate.ts';

/**
 * madvise_populate: MADV_POPULATE_READ faults pages in as if read, MADV_POPULATE_WRITE as if written, shared mappings
 * included. EINVAL where the VMA forbids that access, EFAULT beyond the end of a file, ENOMEM at a hole; what came
 * before stays populated.
 */
export function madvisePopulate(
  k: KernelState,
  process: Process,
  start: Vpn,
  pages: number,
  write: boolean,
): void {
  const end = start + pages;
  for (let at = start; at < end; ) {
    const vma = process.mm.vmas.find(at);
    if (!vma) throw new SyscallError('ENOMEM');
    const allowed = write ? vma.has(VM_WRITE) : vma.has(VM_READ);
    if (!allowed) throw new SyscallError('EINVAL');
    const stop = Math.min(vma.end, end);
    if (faultInRange(k, process, vma, at, stop, write, 'madvise-populate').failed)
      throw new SyscallError('EFAULT');
    at = stop;
  }
}
