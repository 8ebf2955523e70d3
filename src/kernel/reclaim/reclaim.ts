import type { Pfn } from '../../core/addr.ts';
import { PG_ACTIVE, PG_ANON, PG_LARGE, PG_LRU, PG_MLOCKED, PG_REFERENCED } from '../frame/frames.ts';
import { OutOfMemory } from '../outcome.ts';
import { takeUseBits } from '../pagetable/use-bits.ts';
import { lookAtMappings } from '../reverse-map.ts';
import { headOf } from '../rmap.ts';
import type { KernelState } from '../state.ts';
import { VM_LOCKED } from '../vma/flags.ts';
import { reclaimPage } from './reclaim-page.ts';

/** Frames that one reclaim tries to free (SWAP_CLUSTER_MAX). */
const BATCH = 32;

/** From now on, an allocation that finds no frame reclaims some. */
export function installReclaim(k: KernelState): void {
  let reclaiming = false;
  k.reclaimer = () => {
    if (reclaiming) return false;
    reclaiming = true;
    try {
      return reclaim(k);
    } finally {
      reclaiming = false;
    }
  };
}

/**
 * Second chance over all frames, from where it stopped last time: a page used since the last visit (an accessed bit in
 * any PTE) is marked old and passed over, the others are reclaimed. Two rounds without a page freed: nothing can be.
 */
function reclaim(k: KernelState): boolean {
  const frames = k.frames.length;
  let freed = 0;
  for (let step = 0; step < 2 * frames && freed < BATCH; step++) {
    const pfn = k.reclaimHand;
    k.reclaimHand = pfn + 1 < frames ? pfn + 1 : 0;
    k.meter.add('reclaimScan');
    if (!isCandidate(k, pfn) || wasUsed(k, pfn)) continue;
    const before = k.buddy.freeFrames;
    tryReclaimPage(k, pfn);
    freed += k.buddy.freeFrames - before;
  }
  k.counters.reclaimed += freed;
  return freed > 0;
}

/** A page in a table that several address spaces share needs a table of its own first; there may be no frame for it. */
function tryReclaimPage(k: KernelState, pfn: Pfn): void {
  try {
    reclaimPage(k, pfn, { writeBack: true });
  } catch (error) {
    if (!(error instanceof OutOfMemory)) throw error;
  }
}

function isCandidate(k: KernelState, pfn: Pfn): boolean {
  if (!k.frames.has(pfn, PG_LRU) || k.frames.has(pfn, PG_MLOCKED)) return false;
  if (k.frames.has(pfn, PG_LARGE)) return headOf(k, pfn) === pfn && k.swap.hasRoom;
  return k.frames.refcount[pfn]! > 0;
}

/** folio_check_references: takes the accessed bits away; true when one was set or the page is locked in memory. */
function wasUsed(k: KernelState, pfn: Pfn): boolean {
  let used = k.frames.has(pfn, PG_ACTIVE | PG_REFERENCED);
  k.frames.clear(pfn, PG_ACTIVE | PG_REFERENCED);
  lookAtMappings(k, pfn, (_mm, vma, _vpn, ref) => {
    const lo = k.tables.lo(ref);
    if (vma.has(VM_LOCKED)) used = true;
    if (!k.pte.isYoung(lo)) return;
    used = true;
    takeUseBits(k, ref, k.pte.accessed);
  });
  return used || (k.frames.has(pfn, PG_ANON) && k.frames.mapcount[pfn] === 0 && !k.frames.has(pfn, PG_LARGE));
}
