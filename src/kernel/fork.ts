import type { Pfn, Vpn } from '../core/addr.ts';
import { PG_EXCLUSIVE } from './frame/frames.ts';
import { allocateTable } from './frame/pages.ts';
import type { Mm } from './mm.ts';
import { ensureEntry } from './pagetable/ptes.ts';
import type { EntryRef } from './pagetable/table.ts';
import { finishJobs } from './policy/copy-job.ts';
import { copyHugePages } from './policy/copy-pages.ts';
import { type ForkMethod, forkMethod, forkTable } from './policy/fork-tables.ts';
import { forkObject } from './policy/shadow.ts';
import type { Process } from './process.ts';
import { addHugeMapping } from './rmap.ts';
import { flushMm } from './shootdown.ts';
import type { KernelState } from './state.ts';
import { anonVmaFork } from './vma/anon-vma.ts';
import { VM_DONTCOPY, VM_LOCKED, VM_WIPEONFORK } from './vma/flags.ts';
import type { Vma } from './vma/vma.ts';

/**
 * dup_mmap: makes `child`, an empty address space, a copy of `parent`. Each VMA is copied unless it is DONTFORK (locks
 * are not inherited); page tables are copied where faults could not rebuild them. One flush of the parent at the end,
 * since its PTEs were write-protected. No page is copied and no fault counted. Policies do otherwise about the tables
 * (policy/fork-tables.ts).
 */
export function dupMmap(k: KernelState, forking: Process, child: Mm): void {
  const parent = forking.mm;
  finishJobs(k, parent);
  k.counters.forks++;
  k.meter.add('forkBase');
  for (const vma of parent.vmas) {
    if (vma.has(VM_DONTCOPY)) continue;
    const copy = child.editor.insertNew(
      child,
      vma.start,
      vma.end,
      vma.flags & ~VM_LOCKED,
      vma.pgoff,
      vma.file,
    );
    if (vma.has(VM_WIPEONFORK)) continue;
    anonVmaFork(k.anonVmas, copy, vma);
    const method = forkMethod(k, forking, vma);
    if (method !== 'skip') copyPageRange(k, parent, child, copy, vma, method);
    forkObject(k, vma, copy);
  }
  child.startBrk = parent.startBrk;
  child.brk = parent.brk;
  child.noteResident();
  flushMm(k, parent);
}

/** copy_page_range: every present PTE of a VMA. */
function copyPageRange(k: KernelState, parent: Mm, child: Mm, copy: Vma, vma: Vma, method: ForkMethod): void {
  k.tables.visit(parent.root, vma.start, vma.end, {
    table: (slab, at, count, vpn) => forkTable(k, parent, child, vma, copy, method, { slab, at, count, vpn }),
    superpage: (ref, vpn) => {
      if (method !== 'copy-pages' || !copyHugePages(k, child, copy, ref, vpn))
        copyHugePmd(k, child, copy, ref, vpn);
    },
  });
}

/** copy_huge_pmd: one entry for 512 pages, write-protected on both sides; the child sets a table aside too. */
function copyHugePmd(k: KernelState, child: Mm, copy: Vma, ref: EntryRef, vpn: Vpn): void {
  const { tables, pte } = k;
  const lo = tables.lo(ref);
  const hi = tables.hi(ref);
  const head: Pfn = pte.pfn(lo, hi);
  const target = ensureEntry(k, child, Math.max(vpn, copy.start), 2);
  child.deposits.push(allocateTable(k));
  child.tables++;
  if (!k.isZero(head)) {
    k.frames.clear(head, PG_EXCLUSIVE);
    addHugeMapping(k, head, child.id);
    child.anonPages += k.hugePages;
  }
  const shared = pte.writable(lo) ? pte.wrprotect(lo) : lo;
  tables.set(ref, shared, hi);
  tables.set(target, shared & ~pte.accessed, hi);
  k.counters.hugePtesCopied++;
  k.meter.add('forkHuge');
}
