import type { Vpn } from '../../core/addr.ts';
import type { Mm } from '../mm.ts';
import { ownTables } from '../policy/own-tables.ts';
import { saveRange } from '../policy/session.ts';
import { flushRange } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { splitAt, splitHugePmd } from '../thp/split.ts';
import type { Vma } from '../vma/vma.ts';
import { ensureEntry, findPte, isHugeLeaf } from './ptes.ts';
import type { EntryRef } from './table.ts';

/**
 * move_page_tables: the entries of `pages` pages go from one place to another of the same address space, frames, rights
 * and exclusivity with them. Where both places are aligned a huge leaf and a whole page table move as one entry
 * (move_huge_pmd, move_normal_pmd); otherwise leaves are split and PTEs move one by one. No faults.
 */
export function movePageTables(k: KernelState, mm: Mm, vma: Vma, from: Vpn, to: Vpn, pages: number): void {
  splitAt(k, mm, vma, from);
  splitAt(k, mm, vma, from + pages);
  ownTables(k, mm, from, from + pages);
  if (k.policyMemory.sessions.size > 0) saveRange(k, mm, from, from + pages);
  ownTables(k, mm, to, to + pages);
  for (let i = 0; i < pages; ) {
    const left = k.hugePages - ((from + i) % k.hugePages);
    const above = k.tables.find(mm.root, from + i, 2);
    if (!above || k.tables.lo(above) === 0) i += left;
    else if (left <= pages - i && moveWhole(k, mm, vma, above, from + i, to + i)) i += left;
    else i += moveOne(k, mm, from + i, to + i);
  }
  k.meter.add('movePte', pages);
  flushRange(k, mm, from, from + pages);
}

/**
 * The whole 2 MiB at an aligned page: true when it went as one entry. A huge leaf that cannot is split, so that its
 * PTEs can move.
 */
function moveWhole(k: KernelState, mm: Mm, vma: Vma, source: EntryRef, from: Vpn, to: Vpn): boolean {
  const whole = from % k.hugePages === 0 && to % k.hugePages === 0;
  const target = whole ? ensureEntry(k, mm, to, 2) : undefined;
  if (target && k.tables.lo(target) === 0) {
    k.tables.set(target, k.tables.lo(source), k.tables.hi(source));
    k.tables.set(source, 0, 0);
    return true;
  }
  if (isHugeLeaf(k, source)) splitHugePmd(k, mm, vma, source, from);
  return false;
}

/** One PTE; returns how many pages that was. */
function moveOne(k: KernelState, mm: Mm, from: Vpn, to: Vpn): number {
  const target = ensureEntry(k, mm, to, 1);
  const source = findPte(k, mm, from)!;
  k.tables.set(target, k.tables.lo(source), k.tables.hi(source));
  k.tables.set(source, 0, 0);
  return 1;
}
