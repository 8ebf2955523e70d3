import type { Vpn } from '../../core/addr.ts';
import { PG_ANON, PG_EXCLUSIVE, PG_LARGE } from '../frame/frames.ts';
import { allocateFrame, allocateTable, copyPage, tryAllocateFrames } from '../frame/pages.ts';
import type { Mm } from '../mm.ts';
import { copyPteRange } from '../pagetable/copy-ptes.ts';
import { ensureEntry } from '../pagetable/ptes.ts';
import type { EntryRef } from '../pagetable/table.ts';
import { addNewAnon, addNewAnonHuge } from '../rmap.ts';
import type { KernelState } from '../state.ts';
import { VM_WRITE } from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';

/**
 * Eager fork (the V7 way): the child gets a copy of every anonymous page of a table, writable and its own; the parent
 * keeps its entries and rights. What is not anonymous (zero page, page cache) cannot be written in place anyway and is
 * mapped as a lazy fork would; so are pages of large folios and swap entries. Returns the entries that were there.
 */
export function copyPages(
  k: KernelState,
  child: Mm,
  copy: Vma,
  slab: Int32Array,
  at: number,
  count: number,
  vpn: Vpn,
): number {
  const target = ensureEntry(k, child, vpn, 1);
  const { pte, tables, frames } = k;
  const { step, wide } = tables;
  let entries = 0;
  for (let i = 0, from = at, to = target.at; i < count; i++, from += step, to += step) {
    const lo = slab[from]!;
    const hi = wide ? slab[from + 1]! : 0;
    if (lo === 0 && hi === 0) continue;
    const pfn = pte.pfn(lo, hi);
    const own = pte.present(lo) && (frames.flags[pfn]! & (PG_ANON | PG_LARGE)) === PG_ANON;
    if (!own || !frames.has(pfn, PG_EXCLUSIVE)) {
      entries += copyPteRange(k, child, copy, slab, from, 1, vpn + i);
      continue;
    }
    const page = allocateFrame(k);
    copyPage(k, pfn, page);
    addNewAnon(k, page, copy, vpn + i);
    child.anonPages++;
    k.meter.add('allocate');
    k.meter.add('copy');
    k.meter.add('refcount');
    k.meter.add('forkPte');
    const dirty = pte.isDirty(lo);
    target.slab[to] = pte.leafLo(page, copy.flags, (copy.flags & VM_WRITE) !== 0, dirty, 1) & ~pte.accessed;
    if (wide) target.slab[to + 1] = pte.leafHi(page, copy.flags, 1);
    entries++;
  }
  return entries;
}

/** The same for a 2 MiB page. False where it is the zero page, shared already, or there is no memory in one piece. */
export function copyHugePages(k: KernelState, child: Mm, copy: Vma, ref: EntryRef, vpn: Vpn): boolean {
  const { pte, tables, frames } = k;
  const lo = tables.lo(ref);
  const old = pte.pfn(lo, tables.hi(ref));
  if (k.isZero(old) || !frames.has(old, PG_EXCLUSIVE)) return false;
  const target = ensureEntry(k, child, vpn, 2);
  const head = tryAllocateFrames(k, k.hugeOrder);
  if (head < 0) return false;
  for (let i = 0; i < k.hugePages; i++) copyPage(k, old + i, head + i);
  addNewAnonHuge(k, head, copy, vpn);
  child.deposits.push(allocateTable(k));
  child.tables++;
  child.anonPages += k.hugePages;
  k.meter.add('hugeAllocate');
  k.meter.add('hugeCopy');
  k.meter.add('forkHuge');
  k.counters.hugePtesCopied++;
  const write = (copy.flags & VM_WRITE) !== 0;
  tables.set(
    target,
    pte.leafLo(head, copy.flags, write, pte.isDirty(lo), 2),
    pte.leafHi(head, copy.flags, 2),
  );
  return true;
}
