import type { Pfn, Vpn } from '../../core/addr.ts';
import { PG_ACTIVE, PG_ANON, PG_REFERENCED } from '../frame/frames.ts';
import { freeTable } from '../frame/pages.ts';
import type { Mm } from '../mm.ts';
import { markDirty } from '../page-cache/mkwrite.ts';
import { ownOrLeaveTables } from '../policy/own-tables.ts';
import { noteZap } from '../policy/session.ts';
import { dropSwapEntry } from '../reclaim/swap-entry.ts';
import { countResident, removeHugeMapping, removeMapping } from '../rmap.ts';
import { flushRange, forgetTable } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { splitAt } from '../thp/split.ts';
import { VM_RAND_READ, VM_SEQ_READ } from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';
import type { EntryRef } from './table.ts';

/** How zap_page_range treats what it meets. */
export interface ZapDetails {
  /** False leaves private copies of file pages alone (hole punching). Default true. */
  readonly evenCows?: boolean;
  /** Frees a table whose whole 2 MiB the range covers (MADV_DONTNEED with CONFIG_PT_RECLAIM). */
  readonly reclaimTables?: boolean;
}

/**
 * unmap_page_range: empties the PTEs of [start, end), which lies within one VMA. Drops references and mapcounts,
 * moves dirty bits of file pages to the page, frees swap entries, and flushes the TLB when anything was there.
 */
export function zapRange(
  k: KernelState,
  mm: Mm,
  vma: Vma,
  start: Vpn,
  end: Vpn,
  details: ZapDetails = {},
): void {
  if (start >= end) return;
  splitAt(k, mm, vma, start);
  splitAt(k, mm, vma, end);
  ownOrLeaveTables(k, mm, start, end);
  if (k.policyMemory.sessions.size > 0) noteZap(k, mm, start, end, details.evenCows);
  const { pte, tables, frames } = k;
  const { step, wide } = tables;
  const evenCows = details.evenCows ?? true;
  const recency = (vma.flags & (VM_SEQ_READ | VM_RAND_READ)) === 0;
  const empty: { table: Pfn; vpn: Vpn }[] = [];
  let zapped = 0;
  let huge = 0;
  tables.visit(mm.root, start, end, {
    table(slab, at, count, vpn, table) {
      let skipped = false;
      for (let i = 0, word = at; i < count; i++, word += step) {
        const lo = slab[word]!;
        const hi = wide ? slab[word + 1]! : 0;
        if (lo === 0 && hi === 0) continue;
        if (pte.present(lo)) {
          const pfn = pte.pfn(lo, hi);
          if (!k.isZero(pfn)) {
            const anonymous = frames.has(pfn, PG_ANON);
            if (anonymous && !evenCows) {
              skipped = true;
              continue;
            }
            if (!anonymous && pte.isDirty(lo)) markDirty(k, pfn);
            if (recency && pte.isYoung(lo)) markAccessed(k, pfn);
            countResident(k, mm, pfn, -1);
            removeMapping(k, pfn, mm.id);
          }
        } else {
          if (!evenCows) {
            skipped = true;
            continue;
          }
          dropSwapEntry(k, pte.pfn(lo | 1, hi));
          mm.swapPages--;
        }
        slab[word] = 0;
        if (wide) slab[word + 1] = 0;
        zapped++;
      }
      if (details.reclaimTables && !skipped && count === tables.entries[1]) empty.push({ table, vpn });
    },
    superpage(ref) {
      zapHugePmd(k, mm, ref);
      huge++;
      k.meter.add('zapHuge');
    },
  });
  for (const { table, vpn } of empty) {
    const above = tables.find(mm.root, vpn, 2)!;
    tables.set(above, 0, 0);
    mm.tables--;
    forgetTable(k, mm, vpn);
    freeTable(k, table);
  }
  if (zapped + huge > 0) {
    k.meter.add('zapPte', zapped);
    flushRange(k, mm, start, end);
  }
}

/** Empties a huge leaf: the folio loses this mapping, the table set aside for it is given back. */
function zapHugePmd(k: KernelState, mm: Mm, ref: EntryRef): void {
  const lo = k.tables.lo(ref);
  const head = k.pte.pfn(lo, k.tables.hi(ref));
  k.tables.set(ref, 0, 0);
  const table = mm.deposits.pop();
  if (table !== undefined) {
    mm.tables--;
    freeTable(k, table);
  }
  if (k.isZero(head)) return;
  mm.anonPages -= k.hugePages;
  removeHugeMapping(k, head, mm.id);
}

/** folio_mark_accessed: seen once is referenced, seen twice is active. */
function markAccessed(k: KernelState, pfn: Pfn): void {
  if (k.frames.has(pfn, PG_REFERENCED)) k.frames.set(pfn, PG_ACTIVE);
  else k.frames.set(pfn, PG_REFERENCED);
}
