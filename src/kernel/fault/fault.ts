import type { Vpn } from '../../core/addr.ts';
import type { FaultKind } from '../counters.ts';
import { ensureEntry, isHugeLeaf } from '../pagetable/ptes.ts';
import { handleByPolicy } from '../policy/fault.ts';
import { doTrappedPage, isTrappedEntry } from '../policy/trap.ts';
import type { Process } from '../process.ts';
import { dropStaleEntry } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { doHugeAnonymousPage, doHugeWpPage, hugeAllowed } from '../thp/fault.ts';
import type { Vma } from '../vma/vma.ts';
import { doAnonymousPage } from './anonymous.ts';
import { doFault } from './file.ts';
import type { FaultResult, FaultSite } from './site.ts';
import { doSwapPage } from './swap.ts';
import { doWpPage } from './wp.ts';

const NOTHING: ReadonlySet<number> = new Set();

/**
 * Who wants the page: it decides what counts as a major fault when the kernel has to drop its lock on the way. A user
 * access does so under the VMA's own lock and remembers only I/O; an access by the kernel and MADV_POPULATE remember
 * that they tried (FAULT_FLAG_TRIED); MAP_POPULATE and mlock start as if nothing had been (__mm_populate).
 */
export type FaultCaller = 'access' | 'kernel-access' | 'populate' | 'madvise-populate';

/**
 * handle_mm_fault: makes a page of a VMA accessible, for an access that the VMA allows. A completed fault is counted
 * for the process: major when it had to wait for I/O, minor otherwise. Returns its kind, or `sigbus`, which counts
 * as neither. Throws OutOfMemory.
 */
export function handleMmFault(
  k: KernelState,
  process: Process,
  vma: Vma,
  vpn: Vpn,
  write: boolean,
  caller: FaultCaller = 'access',
): FaultResult {
  const { pid, mm } = process;
  const site: FaultSite = {
    k,
    pid,
    mm,
    vma,
    vpn,
    write,
    major: false,
    retry: false,
    retried: false,
    inFlight: NOTHING,
  };
  k.meter.add('tableWalk');
  const result = handleByPolicy(site, handlePmd);
  if (result === 'sigbus') return result;
  if (countsAsMajor(site, caller)) {
    process.majflt++;
    k.counters.major++;
  } else {
    process.minflt++;
    k.counters.minor++;
  }
  k.counters.faultsByKind[result]++;
  process.mm.noteResident();
  return result;
}

function countsAsMajor(site: FaultSite, caller: FaultCaller): boolean {
  if (caller === 'populate') return false;
  return site.major || (site.retried && caller !== 'access');
}

/** __handle_mm_fault: a huge page where one is or may be, a PTE otherwise. */
function handlePmd(site: FaultSite): FaultResult {
  const { k, mm, vma, vpn, write } = site;
  const ref = ensureEntry(k, mm, vpn, Math.min(2, k.mode.levels));
  if (k.tables.lo(ref) === 0) {
    if (hugeAllowed(k, vma, vpn)) {
      const result = doHugeAnonymousPage(site, ref);
      if (result) return result;
    }
  } else if (isHugeLeaf(k, ref)) {
    const lo = k.tables.lo(ref);
    if (!write || k.pte.writable(lo)) return makeYoung(site, ref);
    const result = doHugeWpPage(site, ref);
    if (result) return result;
  }
  return handlePte(site);
}

/** handle_pte_fault. */
function handlePte(site: FaultSite): FaultResult {
  const { k, mm, vma, vpn } = site;
  const ref = k.tables.find(mm.root, vpn, 1);
  const lo = ref ? k.tables.lo(ref) : 0;
  const hi = ref ? k.tables.hi(ref) : 0;
  if (!ref || (lo === 0 && hi === 0)) return vma.isAnonymous ? doAnonymousPage(site) : doFault(site);
  if (!k.pte.present(lo)) return doSwapPage(site, ref);
  if (isTrappedEntry(site, lo)) return doTrappedPage(site, ref);
  if (site.write && !k.pte.writable(lo)) return doWpPage(site, ref);
  return makeYoung(site, ref);
}

/** The entry allows the access already: a stale TLB entry, or a machine that leaves A and D bits to software. */
function makeYoung(site: FaultSite, ref: { slab: Int32Array; at: number }): FaultKind {
  const { k } = site;
  ref.slab[ref.at]! |= k.pte.accessed | (site.write ? k.pte.dirty : 0);
  k.meter.add('pteWrite');
  dropStaleEntry(k, site.mm, site.vpn);
  return 'spurious';
}
