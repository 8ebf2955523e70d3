import type { Vpn } from '../../core/addr.ts';
import type { Mm } from '../mm.ts';
import { copyPteRange } from '../pagetable/copy-ptes.ts';
import { dropStaleEntry } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { VM_SHARED } from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';
import type { CopyJob } from './memory.ts';
import {
  protectLeaves,
  protectUpper,
  spanBase,
  tableOf,
  unprotectUpper,
  upperEntryProtects,
} from './upper-entry.ts';

/**
 * Async-fork: fork leaves the last-level tables to the child, which copies them on another core before it runs. A
 * table not copied yet is marked in the parent: when the parent has to change it, it first copies it for the child
 * (proactive synchronisation).
 */

/** Leaves `count` entries from `vpn`, of one table and VMA of the parent, to be copied. */
export function deferTable(
  k: KernelState,
  parent: Mm,
  child: Mm,
  vma: Vma,
  vpn: Vpn,
  piece: { readonly slab: Int32Array; readonly at: number; readonly count: number },
): void {
  const job = jobOf(k, parent, child);
  const base = spanBase(k, vpn);
  const upper = k.policy.protect === 'upper' && upperEntryProtects(k);
  if (!job.pending.has(base)) {
    job.pending.set(base, []);
    if (upper) protectUpper(k, tableOf(k, parent, vpn)!.ref);
    k.meter.add('upperEntry');
    k.counters.tablesDeferred++;
  }
  if (!upper && !vma.has(VM_SHARED)) protectLeaves(k, piece.slab, piece.at, piece.count);
  job.pending.get(base)!.push({ vpn, count: piece.count });
}

function jobOf(k: KernelState, parent: Mm, child: Mm): CopyJob {
  const { jobs } = k.policyMemory;
  const last = jobs.at(-1);
  if (last?.child === child) return last;
  const job: CopyJob = { parent, child, pending: new Map(), at: k.now(), credit: 0, inFlight: -1 };
  jobs.push(job);
  return job;
}

/** Every table of [start, end) that an address space takes part in copying is copied now. */
export function syncTables(k: KernelState, mm: Mm, start: Vpn, end: Vpn): void {
  const span = k.tables.entries[1]!;
  for (const job of jobsOf(k, mm)) {
    if (job.inFlight >= 0 && job.inFlight < end && job.inFlight + span > start) awaitAgent(k, job);
    const bases = [...job.pending.keys()].filter((base) => base < end && base + span > start);
    for (const base of bases) syncTable(k, job, base);
  }
}

/** All that an address space takes part in is copied now: it forks again, or the child is about to run. */
export function finishJobs(k: KernelState, mm: Mm): void {
  for (const job of jobsOf(k, mm)) {
    awaitAgent(k, job);
    for (const base of [...job.pending.keys()]) syncTable(k, job, base);
    forget(k, job);
  }
}

/** A child that ends before it ran needs no tables; the parent may write to its own again. */
export function cancelJob(k: KernelState, child: Mm): void {
  for (const job of jobsOf(k, child)) {
    if (job.child !== child) continue;
    for (const base of [...job.pending.keys()]) release(k, job, base);
    forget(k, job);
  }
}

/**
 * Time has gone on: the agent copies what it can, on its own core. What it begins is copied in full here, and its time
 * is owed: whoever needs that very table has to wait for the rest.
 */
export function advanceJobs(k: KernelState): void {
  for (const job of [...k.policyMemory.jobs]) {
    const now = k.now();
    job.credit += (now - job.at) * k.policy.copier.speed;
    job.at = now;
    if (job.credit >= 0) job.inFlight = -1;
    for (const base of [...job.pending.keys()]) {
      if (job.credit <= 0) break;
      job.credit -= k.meter.aside('copier', () => copyPending(k, job, base));
      job.inFlight = base;
    }
    if (job.pending.size === 0 && job.credit >= 0) forget(k, job);
  }
}

function awaitAgent(k: KernelState, job: CopyJob): void {
  if (job.credit < 0) k.meter.add('wait', -job.credit / k.policy.copier.speed);
  job.credit = Math.max(0, job.credit);
  job.inFlight = -1;
}

/** Copies a table ahead of its turn. */
function syncTable(k: KernelState, job: CopyJob, base: Vpn): void {
  copyPending(k, job, base);
  k.counters.tablesSynced++;
}

function copyPending(k: KernelState, job: CopyJob, base: Vpn): void {
  const { parent, child } = job;
  const { table } = tableOf(k, parent, base)!;
  const slab = k.memory.slab(table);
  const first = k.memory.base(table);
  for (const { vpn, count } of job.pending.get(base)!) {
    const vma = child.vmas.find(vpn);
    if (!vma) continue;
    k.counters.ptesCopied += copyPteRange(
      k,
      child,
      vma,
      slab,
      first + (vpn - base) * k.tables.step,
      count,
      vpn,
    );
  }
  k.counters.tablesCopied++;
  child.noteResident();
  release(k, job, base);
}

/** The table is the parent's own again. */
function release(k: KernelState, job: CopyJob, base: Vpn): void {
  const { parent, pending } = job;
  pending.delete(base);
  const entry = tableOf(k, parent, base);
  if (!entry || !upperEntryProtects(k)) return;
  unprotectUpper(k, entry.ref, entry.table);
  k.meter.add('upperEntry');
  // A walk may have cached the entry as it was: it would refuse writes that the leaves allow.
  dropStaleEntry(k, parent, base);
}

function jobsOf(k: KernelState, mm: Mm): CopyJob[] {
  return k.policyMemory.jobs.filter(({ parent, child }) => parent === mm || child === mm);
}

function forget(k: KernelState, job: CopyJob): void {
  const { jobs } = k.policyMemory;
  jobs.splice(jobs.indexOf(job), 1);
}
