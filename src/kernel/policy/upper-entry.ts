import type { Pfn, Vpn } from '../../core/addr.ts';
import type { Mm } from '../mm.ts';
import type { EntryRef } from '../pagetable/table.ts';
import type { KernelState } from '../state.ts';

/** The entry of an address space that points to a last-level table. */
export interface TableEntry {
  readonly ref: EntryRef;
  readonly table: Pfn;
}

/** The last-level table for a page and the entry that points to it; undefined where there is none. */
export function tableOf(k: KernelState, mm: Mm, vpn: Vpn): TableEntry | undefined {
  const ref = k.tables.find(mm.root, vpn, 2);
  if (ref?.level !== 2) return undefined;
  const table = k.tables.tableAt(ref);
  return table < 0 ? undefined : { ref, table };
}

/** First page of the span of a page's last-level table. */
export function spanBase(k: KernelState, vpn: Vpn): Vpn {
  return vpn - (vpn % k.tables.entries[1]!);
}

/**
 * True where an entry above a table can forbid writes to all below it: x86, where write permission is the AND over all
 * levels (SDM vol. 3, 5.6.1). RISC-V's pointers to tables have no permission bits.
 */
export function upperEntryProtects(k: KernelState): boolean {
  const { format } = k.mode;
  return (format.tableLo(0) & ~format.protectAnd) !== 0;
}

/** Forbids writes below an entry that points to a table; nothing where the mode cannot. */
export function protectUpper(k: KernelState, ref: EntryRef): void {
  if (upperEntryProtects(k)) ref.slab[ref.at] = k.tables.lo(ref) & k.mode.format.protectAnd;
}

/** Allows them again. */
export function unprotectUpper(k: KernelState, ref: EntryRef, table: Pfn): void {
  k.tables.link(ref, table);
}

/** Takes write permission from each leaf of a stretch of entries: what modes need whose upper entries have no say. */
export function protectLeaves(k: KernelState, slab: Int32Array, at: number, count: number): void {
  const { pte, tables } = k;
  let changed = 0;
  for (let i = 0, word = at; i < count; i++, word += tables.step) {
    const lo = slab[word]!;
    if (!pte.writable(lo)) continue;
    slab[word] = pte.wrprotect(lo);
    changed++;
  }
  k.meter.add('protectPte', changed);
}
