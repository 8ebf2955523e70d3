import type { Vpn } from '../../core/addr.ts';
import { addLargeMappings, removeLargeMappings } from '../folio.ts';
import { PG_DIRTY, PG_EXCLUSIVE } from '../frame/frames.ts';
import type { Mm } from '../mm.ts';
import { isHugeLeaf } from '../pagetable/ptes.ts';
import type { EntryRef } from '../pagetable/table.ts';
import { flushPage } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import type { Vma } from '../vma/vma.ts';

/**
 * __split_huge_pmd: a huge leaf becomes a table of 4 KiB PTEs to the same frames, with the same rights; the table was
 * set aside when the leaf was made. Exclusivity goes over to every page. No fault is counted, nothing is copied.
 */
export function splitHugePmd(k: KernelState, mm: Mm, vma: Vma, ref: EntryRef, base: Vpn): void {
  const { tables, pte, frames } = k;
  const lo = tables.lo(ref);
  const head = pte.pfn(lo, tables.hi(ref));
  const table = mm.deposits.pop();
  if (table === undefined) throw new Error('a huge leaf without a deposited page table');
  const isZero = k.isZero(head);
  const writable = !isZero && pte.writable(lo);
  const dirty = !isZero && pte.isDirty(lo);
  const slab = k.memory.slab(table);
  const at = k.memory.base(table);
  for (let i = 0; i < k.hugePages; i++) {
    const pfn = isZero ? k.zeroPfn : head + i;
    let word = pte.leafLo(pfn, vma.flags, writable, dirty, 1);
    if (!pte.isYoung(lo)) word &= ~pte.accessed;
    slab[at + i * tables.step] = word;
    if (tables.wide) slab[at + i * tables.step + 1] = pte.leafHi(pfn, vma.flags, 1);
  }
  if (!isZero) {
    const exclusive = frames.has(head, PG_EXCLUSIVE);
    if (dirty) frames.set(head, PG_DIRTY);
    for (let i = 0; i < k.hugePages; i++) {
      frames.mapcount[head + i]!++;
      if (exclusive) frames.set(head + i, PG_EXCLUSIVE);
    }
    const folio = k.folios.at(head);
    frames.refcount[head]! += k.hugePages - 1;
    addLargeMappings(folio, k.hugePages, mm.id);
    folio.entire--;
    removeLargeMappings(folio, 1, mm.id);
  }
  tables.link(ref, table);
  k.counters.hugeSplits++;
  k.meter.add('hugeSplit');
  flushPage(k, mm, base);
}

/** Splits the huge leaf that `vpn` lies inside of, if there is one and `vpn` is not its first page. */
export function splitAt(k: KernelState, mm: Mm, vma: Vma, vpn: Vpn): void {
  if (vpn % k.hugePages === 0) return;
  const ref = k.tables.find(mm.root, vpn, 1);
  if (ref && isHugeLeaf(k, ref)) splitHugePmd(k, mm, vma, ref, vpn - (vpn % k.hugePages));
}
