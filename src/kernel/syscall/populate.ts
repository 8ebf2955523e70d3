import type { Vpn } from '../../core/addr.ts';
import { type FaultCaller, handleMmFault } from '../fault/fault.ts';
import { PG_ACTIVE, PG_REFERENCED } from '../frame/frames.ts';
import { markDirty } from '../page-cache/mkwrite.ts';
import { findPte, isHugeLeaf } from '../pagetable/ptes.ts';
import type { EntryRef } from '../pagetable/table.ts';
import { tableForbidsWrites } from '../policy/own-tables.ts';
import type { Process } from '../process.ts';
import type { KernelState } from '../state.ts';
import { VM_ACCESS, VM_EXEC_ONLY, VM_SHARED, VM_WRITE } from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';

/** How many pages were made present before it stopped, and whether a SIGBUS stopped it. */
export interface Populated {
  readonly end: Vpn;
  readonly failed: boolean;
}

/**
 * faultin of a range of one VMA as get_user_pages does it: each page that does not allow the access yet is faulted
 * in, for the account of the calling process. A page that was adequate costs nothing; with `write` it is dirty after.
 */
export function faultInRange(
  k: KernelState,
  process: Process,
  vma: Vma,
  start: Vpn,
  end: Vpn,
  write: boolean,
  caller: FaultCaller,
): Populated {
  let vpn = start;
  while (vpn < end) {
    const ref = findPte(k, process.mm, vpn);
    if (!ref || !allows(k, ref, write) || (write && tableForbidsWrites(k, process.mm, vpn))) {
      k.meter.add('gup');
      if (handleMmFault(k, process, vma, vpn, write, caller) === 'sigbus') return { end: vpn, failed: true };
      continue;
    }
    touch(k, ref, write);
    vpn = isHugeLeaf(k, ref) ? vpn - (vpn % k.hugePages) + k.hugePages : vpn + 1;
  }
  return { end, failed: false };
}

/**
 * __mm_populate for MAP_POPULATE, MAP_LOCKED and mlock: writable private memory as if written (which breaks COW), the
 * rest as if read. Returns false when a page could not be had or may not be accessed; what follows is left alone then
 * unless `ignoreErrors`.
 */
export function populate(
  k: KernelState,
  process: Process,
  start: Vpn,
  end: Vpn,
  ignoreErrors: boolean,
): boolean {
  for (const vma of process.mm.vmas.overlapping(start, end)) {
    const ok = populateVma(k, process, vma, Math.max(start, vma.start), Math.min(end, vma.end));
    if (!ok && !ignoreErrors) return false;
  }
  return true;
}

/** populate_vma_page_range. False when it could not be done. */
export function populateVma(k: KernelState, process: Process, vma: Vma, start: Vpn, end: Vpn): boolean {
  if (!vma.has(VM_ACCESS) || vma.has(VM_EXEC_ONLY)) return false;
  const write = (vma.flags & (VM_WRITE | VM_SHARED)) === VM_WRITE;
  return !faultInRange(k, process, vma, start, end, write, 'populate').failed;
}

function allows(k: KernelState, ref: EntryRef, write: boolean): boolean {
  const lo = k.tables.lo(ref);
  return (lo & 1) !== 0 && (!write || k.pte.writable(lo));
}

/** FOLL_TOUCH: the page was used; a write leaves it dirty even where the PTE is clean. */
function touch(k: KernelState, ref: EntryRef, write: boolean): void {
  const lo = k.tables.lo(ref);
  const pfn = k.pte.pfn(lo, k.tables.hi(ref));
  if (k.isZero(pfn)) return;
  if (write && !k.pte.isDirty(lo)) markDirty(k, pfn);
  if (k.frames.has(pfn, PG_REFERENCED)) k.frames.set(pfn, PG_ACTIVE);
  else k.frames.set(pfn, PG_REFERENCED);
}
