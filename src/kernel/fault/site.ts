import type { Vpn } from '../../core/addr.ts';
import type { FaultKind } from '../counters.ts';
import type { Mm } from '../mm.ts';
import { ensureEntry } from '../pagetable/ptes.ts';
import type { EntryRef } from '../pagetable/table.ts';
import type { KernelState } from '../state.ts';
import { anonVmaPrepare } from '../vma/anon-vma.ts';
import { VM_WRITE } from '../vma/flags.ts';
import { findMergeableAnonVma } from '../vma/merge.ts';
import type { Vma } from '../vma/vma.ts';

/** One page fault on its way through the handlers (struct vm_fault). */
export interface FaultSite {
  readonly k: KernelState;
  /** Whose access it is. */
  readonly pid: number;
  readonly mm: Mm;
  readonly vma: Vma;
  readonly vpn: Vpn;
  readonly write: boolean;
  /** Set by a handler that had to wait for I/O. */
  major: boolean;
  /** Set by a handler that had to drop the lock without waiting for I/O of its own: the fault begins anew. */
  retry: boolean;
  /** It did so at least once. */
  retried: boolean;
  /** Pages of the file whose I/O the fault started and did not wait for. */
  inFlight: ReadonlySet<number>;
}

/** What became of it: a completed fault of some kind, or SIGBUS. */
export type FaultResult = FaultKind | 'sigbus';

/** vmf_anon_prepare: the VMA is about to own an anonymous page. */
export function prepareAnonVma(site: FaultSite): void {
  anonVmaPrepare(site.k.anonVmas, site.vma, (vma) => findMergeableAnonVma(site.mm.vmas, vma));
}

/** The PTE of the faulting page, its table made where it is missing. */
export function ownPte(site: FaultSite): EntryRef {
  return ensureEntry(site.k, site.mm, site.vpn, 1);
}

/** Writes a PTE for the faulting page; `write` gives it write permission where the VMA has it. */
export function setPte(site: FaultSite, ref: EntryRef, pfn: number, write: boolean, dirty: boolean): void {
  const { k, vma } = site;
  const allow = write && (vma.flags & VM_WRITE) !== 0;
  k.tables.set(ref, k.pte.leafLo(pfn, vma.flags, allow, dirty, 1), k.pte.leafHi(pfn, vma.flags, 1));
  k.meter.add('pteWrite');
}
