import type { Pfn, Vpn } from '../core/addr.ts';
import { PG_ANON, PG_EXCLUSIVE, PG_LARGE, PG_ZERO } from './frame/frames.ts';
import { allocateTable } from './frame/pages.ts';
import type { Mm } from './mm.ts';
import { ensureEntry } from './pagetable/ptes.ts';
import type { EntryRef } from './pagetable/table.ts';
import { addHugeMapping, addMapping, countResident } from './rmap.ts';
import { flushMm } from './shootdown.ts';
import type { KernelState } from './state.ts';
import { anonVmaFork } from './vma/anon-vma.ts';
import { VM_DONTCOPY, VM_LOCKED, VM_SHARED, VM_WIPEONFORK } from './vma/flags.ts';
import type { Vma } from './vma/vma.ts';

/**
 * dup_mmap: makes `child`, an empty address space, a copy of `parent`. Each VMA is copied unless it is DONTFORK (locks
 * are not inherited); page tables are copied where faults could not rebuild them. One flush of the parent at the end,
 * since its PTEs were write-protected. No page is copied and no fault counted.
 */
export function dupMmap(k: KernelState, parent: Mm, child: Mm): void {
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
    if (needsCopy(k, vma)) copyPageRange(k, parent, child, copy, vma);
  }
  child.startBrk = parent.startBrk;
  child.brk = parent.brk;
  child.noteResident();
  flushMm(k, parent);
}

/** vma_needs_copy: only a VMA that may hold anonymous pages has anything that faults cannot bring back. */
function needsCopy(k: KernelState, vma: Vma): boolean {
  return k.policy.forkTables === 'all' || vma.anonVma !== undefined;
}

/** copy_page_range: every present PTE of a VMA. */
function copyPageRange(k: KernelState, parent: Mm, child: Mm, copy: Vma, vma: Vma): void {
  k.tables.visit(parent.root, vma.start, vma.end, {
    table: (slab, at, count, vpn) => copyPteRange(k, child, vma, slab, at, count, vpn),
    superpage: (ref, vpn) => copyHugePmd(k, child, copy, ref, vpn),
  });
}

/**
 * copy_pte_range: the child gets every entry of one table. In a private mapping write permission goes from both
 * sides; anonymous pages lose their exclusivity, every page gains a mapping. The child's entries are old.
 */
function copyPteRange(
  k: KernelState,
  child: Mm,
  vma: Vma,
  slab: Int32Array,
  at: number,
  count: number,
  vpn: Vpn,
): void {
  const target = ensureEntry(k, child, vpn, 1);
  const { pte, tables } = k;
  const { step, wide } = tables;
  const { flags, refcount, mapcount } = k.frames;
  const protect = !vma.has(VM_SHARED);
  const cleanMask = vma.has(VM_SHARED) ? ~(pte.accessed | pte.dirty) : ~pte.accessed;
  let copied = 0;
  let anonymous = 0;
  for (let i = 0, from = at, to = target.at; i < count; i++, from += step, to += step) {
    let lo = slab[from]!;
    const hi = wide ? slab[from + 1]! : 0;
    if (lo === 0 && hi === 0) continue;
    copied++;
    if (!pte.present(lo)) {
      lo = copySwapEntry(k, child, lo, hi);
      slab[from] = lo;
      target.slab[to] = lo;
      if (wide) target.slab[to + 1] = hi;
      continue;
    }
    const pfn = pte.pfn(lo, hi);
    const mark = flags[pfn]!;
    if ((mark & (PG_ANON | PG_LARGE)) === PG_ANON) {
      flags[pfn] = mark & ~PG_EXCLUSIVE;
      refcount[pfn]!++;
      mapcount[pfn]!++;
      anonymous++;
    } else if ((mark & PG_ZERO) === 0) {
      flags[pfn] = mark & ~PG_EXCLUSIVE;
      addMapping(k, pfn, child.id);
      countResident(k, child, pfn, 1);
    }
    if (protect && pte.writable(lo)) {
      lo = pte.wrprotect(lo);
      slab[from] = lo;
    }
    target.slab[to] = lo & cleanMask;
    if (wide) target.slab[to + 1] = hi;
  }
  child.anonPages += anonymous;
  k.counters.ptesCopied += copied;
  k.counters.tablesCopied++;
  k.meter.add('forkPte', copied);
}

/** A page out on swap is shared as well; neither side may call it exclusive when it comes back. */
function copySwapEntry(k: KernelState, child: Mm, lo: number, hi: number): number {
  k.swap.get(k.pte.pfn(lo | 1, hi));
  child.swapPages++;
  return lo & ~k.pte.dirty;
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
