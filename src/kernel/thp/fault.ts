import { PAGE_BYTES, type Vpn } from '../../core/addr.ts';
import { type FaultResult, type FaultSite, prepareAnonVma } from '../fault/site.ts';
import { PG_EXCLUSIVE } from '../frame/frames.ts';
import { allocateTable, freeTable, tryAllocateFrames } from '../frame/pages.ts';
import type { EntryRef } from '../pagetable/table.ts';
import { addNewAnonHuge, moveAnonRmap, removeHugeMapping } from '../rmap.ts';
import { dropStaleEntry, flushPage } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { VM_HUGEPAGE, VM_NOHUGEPAGE, VM_WRITE } from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';
import { splitHugePmd } from './split.ts';

/** thp_vma_allowable_order: huge pages are on for this VMA, and it covers the whole aligned range around the page. */
export function hugeAllowed(k: KernelState, vma: Vma, vpn: Vpn): boolean {
  if (!k.hasHugeLeaves || !vma.isAnonymous || vma.has(VM_NOHUGEPAGE) || k.thp === 'never') return false;
  if (k.thp === 'madvise' && !vma.has(VM_HUGEPAGE)) return false;
  const base = hugeBase(k, vpn);
  return base >= vma.start && base + k.hugePages <= vma.end;
}

export function hugeBase(k: KernelState, vpn: Vpn): Vpn {
  return vpn - (vpn % k.hugePages);
}

/**
 * do_huge_pmd_anonymous_page: first touch where huge pages are allowed. A read maps the huge zero page, a write a
 * whole zeroed folio; a page table is set aside for the split that may come (pgtable_trans_huge_deposit). Undefined
 * when there is no memory in one piece: 4 KiB pages then.
 */
export function doHugeAnonymousPage(site: FaultSite, ref: EntryRef): FaultResult | undefined {
  const { k, mm } = site;
  prepareAnonVma(site);
  mm.deposits.push(allocateTable(k));
  mm.tables++;
  if (site.write && mapNewHugePage(site, ref)) {
    mm.anonPages += k.hugePages;
    return 'hugeDemandZero';
  }
  const zero = site.write ? -1 : k.hugeZero((order) => tryAllocateFrames(k, order));
  if (zero >= 0) {
    setHugePte(site, ref, zero, false);
    return 'hugeZeroPage';
  }
  mm.tables--;
  freeTable(k, mm.deposits.pop()!);
  return undefined;
}

/**
 * do_huge_pmd_wp_page: a write to a huge page that its PMD does not allow. The huge zero page is replaced by a folio;
 * an exclusive folio, or one without other references, is reused whole; otherwise the PMD is split and the write goes
 * on to COW of one 4 KiB page (undefined).
 */
export function doHugeWpPage(site: FaultSite, ref: EntryRef): FaultResult | undefined {
  const { k, mm, vma, vpn } = site;
  const lo = k.tables.lo(ref);
  const head = k.pte.pfn(lo, k.tables.hi(ref));
  k.meter.add('reuseCheck');
  if (k.isZero(head)) {
    if (mapNewHugePage(site, ref)) {
      mm.anonPages += k.hugePages;
      flushPage(k, mm, hugeBase(k, vpn));
      return 'hugeDemandZero';
    }
  } else if (mayReuseHuge(k, head)) {
    if (!k.frames.has(head, PG_EXCLUSIVE)) {
      moveAnonRmap(k, head, vma);
      k.frames.set(head, PG_EXCLUSIVE);
    }
    k.tables.set(ref, k.pte.mkwrite(lo) | k.pte.accessed | k.pte.dirty, k.tables.hi(ref));
    k.meter.add('hugePte');
    dropStaleEntry(k, mm, vpn);
    return 'hugeReuse';
  } else if (k.policy.granule.huge === 'copy' && copyHugePage(site, ref, head)) {
    return 'hugeCopy';
  }
  splitHugePmd(k, mm, vma, ref, hugeBase(k, vpn));
  return undefined;
}

function mayReuseHuge(k: KernelState, head: number): boolean {
  if (k.policy.reuse === 'never') return false;
  return (
    (k.policy.reuse === 'exclusive' && k.frames.has(head, PG_EXCLUSIVE)) || k.frames.refcount[head] === 1
  );
}

/** A fresh zeroed folio mapped by this PMD. False without memory in one piece. */
function mapNewHugePage(site: FaultSite, ref: EntryRef): boolean {
  const { k, vma, vpn } = site;
  const head = tryAllocateFrames(k, k.hugeOrder);
  if (head < 0) return false;
  k.counters.bytesZeroed += k.hugePages * PAGE_BYTES;
  k.meter.add('hugeAllocate');
  k.meter.add('hugeZero');
  addNewAnonHuge(k, head, vma, hugeBase(k, vpn));
  setHugePte(site, ref, head, true);
  return true;
}

/** The whole folio copied, as kernels before 5.8 did. False without memory in one piece. */
function copyHugePage(site: FaultSite, ref: EntryRef, old: number): boolean {
  const { k, mm, vma, vpn } = site;
  const head = tryAllocateFrames(k, k.hugeOrder);
  if (head < 0) return false;
  for (let i = 0; i < k.hugePages; i++)
    if (k.keepContents) k.frames.content[head + i] = k.contents.copy(k.frames.content[old + i]!);
  k.counters.bytesCopied += k.hugePages * PAGE_BYTES;
  k.meter.add('hugeAllocate');
  k.meter.add('hugeCopy');
  addNewAnonHuge(k, head, vma, hugeBase(k, vpn));
  setHugePte(site, ref, head, true);
  flushPage(k, mm, hugeBase(k, vpn));
  removeHugeMapping(k, old, mm.id);
  return true;
}

function setHugePte(site: FaultSite, ref: EntryRef, head: number, write: boolean): void {
  const { k, vma } = site;
  const lo = k.pte.leafLo(head, vma.flags, write && vma.has(VM_WRITE), write, 2);
  k.tables.set(ref, lo, k.pte.leafHi(head, vma.flags, 2));
  k.meter.add('hugePte');
}
