import type { Pfn, Vpn } from '../../core/addr.ts';
import { freeTable } from '../frame/pages.ts';
import type { Mm } from '../mm.ts';
import { forgetTable } from '../shootdown.ts';
import type { KernelState } from '../state.ts';

/**
 * free_pgtables: gives back the tables of an emptied range [start, end). A table goes when all that it spans lies
 * between `floor` and `ceiling`, the end of the VMA below and the start of the one above.
 */
export function freePageTables(k: KernelState, mm: Mm, start: Vpn, end: Vpn, floor: Vpn, ceiling: Vpn): void {
  freeBelow(k, mm, mm.root, k.mode.levels, start, end, floor, ceiling);
}

function freeBelow(
  k: KernelState,
  mm: Mm,
  table: Pfn,
  level: number,
  start: Vpn,
  end: Vpn,
  floor: Vpn,
  ceiling: Vpn,
): void {
  const span = k.tables.span[level]!;
  for (let vpn = start; vpn < end; ) {
    const base = Math.floor(vpn / span) * span;
    const next = Math.min(base + span, end);
    const ref = k.tables.entry(table, level, vpn);
    const child = k.tables.tableAt(ref);
    if (child >= 0) {
      if (level > 2) freeBelow(k, mm, child, level - 1, vpn, next, floor, ceiling);
      if (base >= floor && base + span <= ceiling) {
        k.tables.set(ref, 0, 0);
        mm.tables--;
        forgetTable(k, mm, base);
        freeTable(k, child);
      }
    }
    vpn = next;
  }
}
