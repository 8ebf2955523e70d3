import type { Pfn, Vpn } from '../../core/addr.ts';
import { addLargeMappings, removeLargeMappings } from '../folio.ts';
import { PG_LARGE } from '../frame/frames.ts';
import { allocateTable } from '../frame/pages.ts';
import type { Mm } from '../mm.ts';
import { copyPteRange } from '../pagetable/copy-ptes.ts';
import { ensureEntry } from '../pagetable/ptes.ts';
import type { EntryRef } from '../pagetable/table.ts';
import { countResident } from '../rmap.ts';
import { flushRange } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { VM_DONTCOPY, VM_SHARED, VM_WIPEONFORK } from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';
import type { SharedTable } from './memory.ts';
import {
  protectLeaves,
  protectUpper,
  spanBase,
  tableOf,
  unprotectUpper,
  upperEntryProtects,
} from './upper-entry.ts';

/**
 * Last-level page tables under reference counts of their own (On-Demand-Fork, COW PTE): fork makes both address spaces
 * point to one table, in which writes are forbidden by the entry above it or by its leaves. The pages in it keep the
 * counts they had, as if one address space mapped them. Whoever has to change an entry first makes the table its own:
 * a copy as fork would have made it, or, for the last one left, the table itself.
 *
 * References to a table are in its frame's refcount; PolicyMemory.tables knows those that are not their user's own.
 */

/** May fork let a child use this table? All VMAs in its span must be inherited as they are. */
function isShareable(k: KernelState, parent: Mm, vma: Vma, base: Vpn): boolean {
  const end = base + k.tables.entries[1]!;
  if (k.policy.sharing.tables === 'one-vma') return vma.start <= base && vma.end >= end;
  return parent.vmas.overlapping(base, end).every((one) => !one.has(VM_DONTCOPY | VM_WIPEONFORK));
}

/** The child uses the parent's table for the span of `vpn`. False where it cannot, and entries have to be copied. */
export function shareTable(k: KernelState, parent: Mm, child: Mm, vma: Vma, vpn: Vpn): boolean {
  const base = spanBase(k, vpn);
  if (!isShareable(k, parent, vma, base)) return false;
  const { ref, table } = tableOf(k, parent, vpn)!;
  const target = ensureEntry(k, child, base, 2);
  // A table at the edge of two VMAs is met once for each.
  if (k.tables.lo(target) !== 0) return k.tables.tableAt(target) === table;
  const { tables } = k.policyMemory;
  if (!tables.has(table)) {
    tables.set(table, { owner: parent, countedAs: parent.id });
    forbidWrites(k, parent, ref, table, base);
  }
  k.frames.refcount[table]!++;
  k.tables.set(target, k.tables.lo(ref), k.tables.hi(ref));
  k.counters.tablesShared++;
  k.meter.add('tableShare');
  if (k.policy.sharing.accounting === 'eager') {
    k.meter.add('accountPte', countEntries(k, child, table, 1));
    child.tables++;
  }
  return true;
}

/** Writes to private memory through this table fault from now on. */
function forbidWrites(k: KernelState, mm: Mm, ref: EntryRef, table: Pfn, base: Vpn): void {
  if (k.policy.protect === 'upper' && upperEntryProtects(k)) {
    protectUpper(k, ref);
    return;
  }
  const end = base + k.tables.entries[1]!;
  for (const vma of mm.vmas.overlapping(base, end)) {
    if (vma.has(VM_SHARED)) continue;
    const from = Math.max(vma.start, base);
    const at = k.memory.base(table) + (from - base) * k.tables.step;
    protectLeaves(k, k.memory.slab(table), at, Math.min(vma.end, end) - from);
  }
}

/** break_cow_pte: from now on the table for `vpn` is this address space's alone. Returns how. */
export function ownSharedTable(k: KernelState, mm: Mm, vpn: Vpn): 'own' | 'adopted' | 'copied' {
  const entry = tableOf(k, mm, vpn);
  const shared = entry && k.policyMemory.tables.get(entry.table);
  if (!shared) return 'own';
  if (k.frames.refcount[entry.table] === 1) {
    adopt(k, mm, entry.ref, entry.table, shared);
    return 'adopted';
  }
  copyTable(k, mm, entry.ref, entry.table, shared, spanBase(k, vpn));
  return 'copied';
}

/** The last user takes the table: its pages count for it, and writes are allowed where the leaves allow them. */
function adopt(k: KernelState, mm: Mm, ref: EntryRef, table: Pfn, shared: SharedTable): void {
  k.policyMemory.tables.delete(table);
  if (upperEntryProtects(k)) unprotectUpper(k, ref, table);
  k.meter.add('upperEntry');
  recount(k, table, shared, mm.id);
  if (k.policy.sharing.accounting === 'deferred' && shared.owner !== mm) {
    countEntries(k, mm, table, 1);
    mm.tables++;
  }
  k.counters.tablesAdopted++;
}

/** A table of its own for one user of several: entries and counts as after a fork that copied them. */
function copyTable(k: KernelState, mm: Mm, ref: EntryRef, table: Pfn, shared: SharedTable, base: Vpn): void {
  const own = allocateTable(k);
  // A folio tells address spaces apart by number: what stays in the old table must not count as this one's.
  if (shared.countedAs === mm.id) recount(k, table, shared, -table);
  k.tables.link(ref, own);
  k.frames.refcount[table]!--;
  const deferred = k.policy.sharing.accounting === 'deferred';
  const wasOwner = shared.owner === mm;
  const end = base + k.tables.entries[1]!;
  for (const vma of mm.vmas.overlapping(base, end)) {
    const from = Math.max(vma.start, base);
    const at = k.memory.base(table) + (from - base) * k.tables.step;
    const count = Math.min(vma.end, end) - from;
    copyPteRange(k, mm, vma, k.memory.slab(table), at, count, from, deferred && !wasOwner, 'unsharePte');
  }
  if (wasOwner) shared.owner = undefined;
  else if (deferred) mm.tables++;
  k.counters.tablesUnshared++;
  flushRange(k, mm, base, end);
}

/** One user of several leaves a table without a change to it: unmap of its whole span, exit. False for the last one. */
export function leaveSharedTable(k: KernelState, mm: Mm, vpn: Vpn): boolean {
  const entry = tableOf(k, mm, vpn);
  const shared = entry && k.policyMemory.tables.get(entry.table);
  if (!shared || k.frames.refcount[entry.table] === 1) return false;
  k.tables.set(entry.ref, 0, 0);
  k.frames.refcount[entry.table]!--;
  k.meter.add('upperEntry');
  const counts = k.policy.sharing.accounting === 'eager' || shared.owner === mm;
  if (shared.owner === mm) shared.owner = undefined;
  if (!counts) return true;
  mm.tables--;
  k.meter.add('accountPte', countEntries(k, mm, entry.table, -1));
  return true;
}

/** Counts the pages and swap entries of a table in (1) or out (-1) of an address space; returns how many. */
function countEntries(k: KernelState, mm: Mm, table: Pfn, sign: 1 | -1): number {
  const { pte, tables } = k;
  let entries = 0;
  eachEntry(k, table, (lo, hi) => {
    entries++;
    if (!pte.present(lo)) mm.swapPages += sign;
    else if (!k.isZero(pte.pfn(lo, hi))) countResident(k, mm, pte.pfn(lo, hi), sign);
  });
  return Math.min(entries, tables.entries[1]!);
}

/** From now on large folios know the entries of a table as those of address space `mmId`. */
function recount(k: KernelState, table: Pfn, shared: SharedTable, mmId: number): void {
  if (shared.countedAs === mmId) return;
  eachEntry(k, table, (lo, hi) => {
    if (!k.pte.present(lo)) return;
    const pfn = k.pte.pfn(lo, hi);
    if (!k.frames.has(pfn, PG_LARGE)) return;
    const folio = k.folios.at(pfn);
    removeLargeMappings(folio, 1, shared.countedAs);
    addLargeMappings(folio, 1, mmId);
  });
  shared.countedAs = mmId;
}

function eachEntry(k: KernelState, table: Pfn, visit: (lo: number, hi: number) => void): void {
  const { step, wide, entries } = k.tables;
  const slab = k.memory.slab(table);
  const at = k.memory.base(table);
  for (let i = 0, word = at; i < entries[1]!; i++, word += step) {
    const lo = slab[word]!;
    const hi = wide ? slab[word + 1]! : 0;
    if (lo !== 0 || hi !== 0) visit(lo, hi);
  }
}
