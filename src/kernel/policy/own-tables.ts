import type { Vpn } from '../../core/addr.ts';
import type { Mm } from '../mm.ts';
import type { KernelState } from '../state.ts';
import { syncTables } from './copy-job.ts';
import { leaveSharedTable, ownSharedTable } from './shared-table.ts';
import { spanBase, tableOf } from './upper-entry.ts';

/** PTEs of [start, end) are about to change: their last-level tables become this address space's own. */
export function ownTables(k: KernelState, mm: Mm, start: Vpn, end: Vpn): void {
  if (!k.policyMemory.sharesTables) return;
  syncTables(k, mm, start, end);
  for (const base of sharedSpans(k, mm, start, end)) ownSharedTable(k, mm, base);
}

/** [start, end) is about to be emptied: shared tables that lie in it whole are left as they are. */
export function ownOrLeaveTables(k: KernelState, mm: Mm, start: Vpn, end: Vpn): void {
  if (!k.policyMemory.sharesTables) return;
  syncTables(k, mm, start, end);
  const span = k.tables.entries[1]!;
  for (const base of sharedSpans(k, mm, start, end)) {
    const whole = base >= start && base + span <= end;
    if (!whole || !leaveSharedTable(k, mm, base)) ownSharedTable(k, mm, base);
  }
}

/** The address space goes as a whole: what others use is left to them, at VMA edges too. */
export function leaveTables(k: KernelState, mm: Mm): void {
  if (k.policyMemory.tables.size === 0) return;
  const end = k.tables.span[k.mode.levels]! * k.tables.entries[k.mode.levels]!;
  for (const base of sharedSpans(k, mm, 0, end))
    if (!leaveSharedTable(k, mm, base)) ownSharedTable(k, mm, base);
}

/** True where a store by this address space faults whatever the leaf allows. */
export function tableForbidsWrites(k: KernelState, mm: Mm, vpn: Vpn): boolean {
  const { policyMemory } = k;
  if (!policyMemory.sharesTables) return false;
  const entry = tableOf(k, mm, vpn);
  if (!entry) return false;
  const base = spanBase(k, vpn);
  return (
    policyMemory.tables.has(entry.table) ||
    policyMemory.jobs.some(({ parent, pending }) => parent === mm && pending.has(base))
  );
}

/** First pages of the spans in [start, end) whose table is shared. */
function sharedSpans(k: KernelState, mm: Mm, start: Vpn, end: Vpn): Vpn[] {
  const spans: Vpn[] = [];
  k.tables.visit(mm.root, start, end, {
    table: (_slab, _at, _count, vpn, table) => {
      if (k.policyMemory.tables.has(table)) spans.push(spanBase(k, vpn));
    },
  });
  return spans;
}
