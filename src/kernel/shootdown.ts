import type { Vpn } from '../core/addr.ts';
import type { Mm } from './mm.ts';
import type { KernelState } from './state.ts';

/**
 * flush_tlb_mm_range: the TLB may hold what the page table no longer allows in these pages. Up to the policy's
 * ceiling (33 pages) page by page, above it the whole address space.
 */
export function flushRange(k: KernelState, mm: Mm, start: Vpn, end: Vpn): void {
  const pages = end - start;
  if (pages <= 0) return;
  const { rule, threshold } = k.policy.shootdown;
  if (rule === 'broadcast' || pages > threshold) {
    flushMm(k, mm);
    return;
  }
  k.counters.flushRanges++;
  k.counters.flushPages += pages;
  tellOthers(k);
  k.meter.add('flushPage', pages);
  k.tlb?.invalidateRange(mm.asid, start, pages);
}

/** One page: the PTE's own after a COW copy (ptep_clear_flush). */
export function flushPage(k: KernelState, mm: Mm, vpn: Vpn): void {
  if (k.policy.shootdown.rule === 'broadcast') {
    flushMm(k, mm);
    return;
  }
  tellOthers(k);
  k.counters.flushPages++;
  k.meter.add('flushPage');
  k.tlb?.invalidatePage(mm.asid, vpn);
}

/**
 * A fault that ends with the access allowed: the entry it stumbled over must go, but on x86 the fault itself has
 * dropped it already (SDM vol. 3, 5.10.4.1), so that this costs nothing (flush_tlb_fix_spurious_fault).
 */
export function dropStaleEntry(k: KernelState, mm: Mm, vpn: Vpn): void {
  k.tlb?.invalidatePage(mm.asid, vpn);
}

/**
 * A table is given back: paging-structure caches may still point to it, also where none of its PTEs was in use
 * (mmu_gather's freed_tables). Part of the flush of what it mapped, so no cost of its own.
 */
export function forgetTable(k: KernelState, mm: Mm, vpn: Vpn): void {
  k.tlb?.invalidatePage(mm.asid, vpn);
}

/** flush_tlb_mm: everything of an address space, as after fork. */
export function flushMm(k: KernelState, mm: Mm): void {
  k.counters.flushFull++;
  k.meter.add('flushFull');
  tellOthers(k);
  k.tlb?.invalidateAsid(mm.asid);
}

/** Other CPUs that run in the address space: an interrupt each, waited for; or a note that they read in time (LATR). */
function tellOthers(k: KernelState): void {
  const { rule, cpus, idleCpus } = k.policy.shootdown;
  if (cpus === 0) return;
  if (rule === 'latr') {
    k.meter.add('deferFlush');
    return;
  }
  const receivers = rule === 'lazy' ? cpus - idleCpus : cpus;
  if (receivers === 0) return;
  k.meter.add('ipiBase');
  k.meter.add('ipi', receivers);
  k.counters.ipis += receivers;
}
