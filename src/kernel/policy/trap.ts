import type { Vpn } from '../../core/addr.ts';
import { mayReuseAnon } from '../cow.ts';
import type { FaultResult, FaultSite } from '../fault/site.ts';
import { doWpPage, wpPageCopy } from '../fault/wp.ts';
import { PG_ANON } from '../frame/frames.ts';
import type { Mm } from '../mm.ts';
import { findPte } from '../pagetable/ptes.ts';
import type { EntryRef } from '../pagetable/table.ts';
import { dropStaleEntry } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { VM_ACCESS } from '../vma/flags.ts';
import { rebuildsAll } from './shadow.ts';

/**
 * Entries that fault at any access although their VMA allows it: present to the kernel, invalid to the hardware (as
 * Linux marks pages for NUMA hinting). A child has them for pages that it is to copy when it first touches them, or
 * that its kernel would look up in memory objects at that time.
 */

/** After fork copied entries into the child: those that its policy traps become invalid. Writable ones are none. */
export function trapEntries(k: KernelState, child: Mm, vpn: Vpn, count: number): void {
  const rebuild = rebuildsAll(k);
  if (k.policy.faultOn === 'write' && !rebuild) return;
  const ref = findPte(k, child, vpn);
  if (ref?.level !== 1) return;
  const { pte, tables } = k;
  let trapped = 0;
  for (let i = 0, word = ref.at; i < count; i++, word += tables.step) {
    const lo = ref.slab[word]!;
    const hi = tables.wide ? ref.slab[word + 1]! : 0;
    if ((lo & 1) === 0) continue;
    const pfn = pte.pfn(lo, hi);
    if (!rebuild && !(k.frames.has(pfn, PG_ANON) && isTrapped(k, vpn + i))) continue;
    ref.slab[word] = pte.leafLo(pfn, 0, false, pte.isDirty(lo), 1);
    if (tables.wide) ref.slab[word + 1] = pte.leafHi(pfn, 0, 1);
    trapped++;
  }
  k.meter.add('trapPte', trapped);
}

/** Which pages hold tagged pointers is not in a trace: a fixed share of page numbers, spread by a hash. */
function isTrapped(k: KernelState, vpn: Vpn): boolean {
  if (k.policy.faultOn === 'access') return true;
  const hash = (Math.imul(vpn | 0, 0x9e3779b1) ^ Math.imul(vpn >>> 7, 0x85ebca6b)) >>> 0;
  return hash / 2 ** 32 < k.policy.taggedShare;
}

/** True for a page that its VMA lets be accessed and its entry does not. */
export function isTrappedEntry(site: FaultSite, lo: number): boolean {
  return site.k.pte.protNone(lo) && site.vma.has(VM_ACCESS);
}

/** The first access to a trapped page: a copy of one's own, or the page as it is. */
export function doTrappedPage(site: FaultSite, ref: EntryRef): FaultResult {
  const { k } = site;
  const pfn = k.pte.pfn(k.tables.lo(ref), k.tables.hi(ref));
  const copies = k.policy.faultOn !== 'write' && k.frames.has(pfn, PG_ANON);
  if (copies && k.policy.pageSource.kind === 'remote') fetchRemote(k, k.policy.pageSource);
  if (copies && !mayReuseAnon(k, pfn)) {
    release(site, ref, pfn);
    wpPageCopy(site, ref, pfn);
    return 'accessCopy';
  }
  release(site, ref, pfn);
  if (site.write) return doWpPage(site, ref);
  return 'mapShared';
}

/** The entry as its VMA has it, read-only. */
function release({ k, mm, vma, vpn }: FaultSite, ref: EntryRef, pfn: number): void {
  const dirty = k.pte.isDirty(k.tables.lo(ref));
  k.tables.set(ref, k.pte.leafLo(pfn, vma.flags, false, dirty, 1), k.pte.leafHi(pfn, vma.flags, 1));
  k.meter.add('pteWrite');
  dropStaleEntry(k, mm, vpn);
}

/** One page over the network: the processor waits for it. */
function fetchRemote(k: KernelState, { latency, bytesPerCycle }: { latency: number; bytesPerCycle: number }) {
  k.meter.add('remote', Math.round(latency + 4096 / bytesPerCycle));
  k.counters.pagesFetched++;
}
