import type { Vpn } from '../../core/addr.ts';
import { tryAllocateFrames } from '../frame/pages.ts';
import type { Mm } from '../mm.ts';
import { SyscallError } from '../outcome.ts';
import { isHugeLeaf } from '../pagetable/ptes.ts';
import type { EntryRef } from '../pagetable/table.ts';
import { ownTables } from '../policy/own-tables.ts';
import { saveRange } from '../policy/session.ts';
import type { Process } from '../process.ts';
import { addNewAnonHuge, removeMapping } from '../rmap.ts';
import { flushRange } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { VM_NOHUGEPAGE, VM_WRITE } from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';

/**
 * madvise_collapse: replaces the 4 KiB pages of each aligned 2 MiB of the range by one huge page, copying what is
 * there; no fault is counted. EINVAL for a VMA that can hold none (not anonymous, not big enough, never written,
 * MADV_NOHUGEPAGE) and where nothing is there to collapse.
 */
export function collapse(k: KernelState, process: Process, vma: Vma, start: Vpn, end: Vpn): void {
  const { mm } = process;
  const size = k.hugePages;
  const lastBase = vma.end - size - (vma.end % size);
  if (!k.hasHugeLeaves || !vma.isAnonymous || vma.has(VM_NOHUGEPAGE) || !vma.anonVma || lastBase < vma.start)
    throw new SyscallError('EINVAL');
  ownTables(k, mm, start, end);
  saveRange(k, mm, start, end);
  let done = 0;
  for (let base = Math.ceil(start / size) * size; base + size <= end; base += size) {
    const ref = k.tables.find(mm.root, base, 2);
    if (!ref || k.tables.lo(ref) === 0) continue;
    if (isHugeLeaf(k, ref) || collapseTable(k, mm, vma, ref, base)) done++;
  }
  // A range that holds no aligned 2 MiB, but more than one of their borders, wants a negative number of them.
  if (done !== Math.floor(end / size) - Math.ceil(start / size)) throw new SyscallError('EINVAL');
}

/** collapse_huge_page: the table of 512 PTEs gives way to one leaf. False when it holds something else than anonymous pages. */
function collapseTable(k: KernelState, mm: Mm, vma: Vma, ref: EntryRef, base: Vpn): boolean {
  const { tables, pte, frames } = k;
  const table = tables.tableAt(ref);
  const slab = k.memory.slab(table);
  const at = k.memory.base(table);
  const pageOf = (i: number): number => {
    const lo = slab[at + i * tables.step]!;
    const hi = tables.wide ? slab[at + i * tables.step + 1]! : 0;
    if (lo === 0 && hi === 0) return -1;
    if (!pte.present(lo)) return -2;
    const pfn = pte.pfn(lo | 1, hi);
    return k.isZero(pfn) ? -1 : pfn;
  };
  for (let i = 0; i < k.hugePages; i++) if (pageOf(i) === -2) return false;
  const head = tryAllocateFrames(k, k.hugeOrder);
  if (head < 0) throw new SyscallError('ENOMEM');
  const old: number[] = [];
  for (let i = 0; i < k.hugePages; i++) {
    const pfn = pageOf(i);
    if (pfn < 0) continue;
    if (k.keepContents) frames.content[head + i] = k.contents.copy(frames.content[pfn]!);
    old.push(pfn);
  }
  addNewAnonHuge(k, head, vma, base);
  k.memory.release(table);
  mm.deposits.push(table);
  tables.set(ref, pte.leafLo(head, vma.flags, vma.has(VM_WRITE), true, 2), pte.leafHi(head, vma.flags, 2));
  mm.anonPages += k.hugePages - old.length;
  for (const pfn of old) removeMapping(k, pfn, mm.id);
  k.counters.bytesCopied += old.length * 4096;
  k.meter.add('hugeAllocate');
  k.meter.add('copy', old.length);
  flushRange(k, mm, base, base + k.hugePages);
  return true;
}
