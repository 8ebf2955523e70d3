import type { Vpn } from '../../core/addr.ts';
import type { Mm } from '../mm.ts';
import { SyscallError } from '../outcome.ts';
import { releaseUnnamed } from '../page-cache/lifetime.ts';
import { freePageTables } from '../pagetable/free.ts';
import { zapRange } from '../pagetable/zap.ts';
import type { KernelState } from '../state.ts';
import { VM_LOCKED } from '../vma/flags.ts';

/** munmap: EINVAL for no pages; holes are fine. */
export function munmap(k: KernelState, mm: Mm, start: Vpn, pages: number): void {
  if (pages <= 0) throw new SyscallError('EINVAL');
  unmapRange(k, mm, start, start + pages);
}

/** do_vmi_munmap: cuts the VMAs at the range's ends, empties and removes what is inside, frees its page tables. */
export function unmapRange(k: KernelState, mm: Mm, start: Vpn, end: Vpn): void {
  const first = mm.vmas.find(start);
  if (first && first.start < start) mm.editor.split(first, start);
  const last = mm.vmas.find(end);
  if (last && last.start < end) mm.editor.split(last, end);
  const gone = mm.vmas.overlapping(start, end);
  if (gone.length === 0) return;
  k.meter.add('unmapBase');
  k.meter.add('vmaEdit', gone.length);
  const low = gone[0]!.start;
  const high = gone[gone.length - 1]!.end;
  const floor = mm.vmas.previous(low)?.end ?? 0;
  const ceiling = mm.vmas.findAbove(high)?.start ?? Number.POSITIVE_INFINITY;
  for (const vma of gone) {
    zapRange(k, mm, vma, vma.start, vma.end);
    if (vma.has(VM_LOCKED)) mm.lockedPages -= vma.pages;
    mm.editor.remove(vma);
    releaseUnnamed(k, vma.file);
  }
  freePageTables(k, mm, low, high, floor, ceiling);
}
