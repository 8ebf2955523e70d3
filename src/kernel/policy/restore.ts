import type { Vpn } from '../../core/addr.ts';
import { PG_ANON, PG_LRU, PG_SWAPBACKED } from '../frame/frames.ts';
import type { Mm } from '../mm.ts';
import { releaseUnnamed } from '../page-cache/lifetime.ts';
import { ensureEntry } from '../pagetable/ptes.ts';
import { zapRange } from '../pagetable/zap.ts';
import { addMapping, countResident } from '../rmap.ts';
import { flushMm } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { unmapRange } from '../syscall/munmap.ts';
import { anonVmaPrepare } from '../vma/anon-vma.ts';
import { findMergeableAnonVma } from '../vma/merge.ts';
import type { Vma } from '../vma/vma.ts';
import type { RememberedArea, SavedPage, Session } from './memory.ts';
import { releaseSaved, saveRange } from './session.ts';

/** The run is over: the address space is what it was when the session began. Nothing where none is. */
export function endSession(k: KernelState, mm: Mm, child: number): void {
  const session = k.policyMemory.sessions.get(mm);
  if (!session || session.child !== child) return;
  dropChangedAreas(k, mm, session);
  k.policyMemory.sessions.delete(mm);
  for (const { start, end } of session.replaced)
    for (const vma of mm.vmas.overlapping(start, end))
      zapRange(k, mm, vma, Math.max(start, vma.start), Math.min(end, vma.end));
  for (const [vpn, pages] of session.fresh) {
    const vma = mm.vmas.find(vpn);
    if (vma) zapRange(k, mm, vma, vpn, Math.min(vpn + pages, vma.end));
  }
  for (const area of session.areas) if (!isAsBefore(mm, area)) addArea(mm, area);
  unpin(k, session);
  for (const [vpn, page] of session.saved) putBack(k, mm, vpn, page);
  mm.startBrk = session.startBrk;
  mm.brk = session.brk;
  mm.lockedPages = session.lockedPages;
  flushMm(k, mm);
}

/** The address space ends with its session: what was kept goes with it. */
export function dropSession(k: KernelState, mm: Mm): void {
  const session = k.policyMemory.sessions.get(mm);
  k.policyMemory.sessions.delete(mm);
  if (!session) return;
  for (const page of session.saved.values()) releaseSaved(k, page);
  unpin(k, session);
}

function unpin(k: KernelState, session: Session): void {
  for (const file of session.pinned) {
    file.named = false;
    releaseUnnamed(k, file);
  }
}

/** Mappings that were not there, or not so, go; what of the originals is still in them is kept. */
function dropChangedAreas(k: KernelState, mm: Mm, session: Session): void {
  for (const vma of [...mm.vmas]) {
    const before = session.areas.find((area) => area.start === vma.start);
    if (before && isSame(before, vma)) continue;
    saveRange(k, mm, vma.start, vma.end);
    unmapRange(k, mm, vma.start, vma.end);
  }
}

function isAsBefore(mm: Mm, area: RememberedArea): boolean {
  const vma = mm.vmas.find(area.start);
  return vma !== undefined && isSame(area, vma);
}

function isSame(area: RememberedArea, vma: Vma): boolean {
  const { start, end, flags, pgoff, file } = area;
  return (
    vma.start === start && vma.end === end && vma.flags === flags && vma.pgoff === pgoff && vma.file === file
  );
}

function addArea(mm: Mm, { start, end, flags, pgoff, file }: RememberedArea): void {
  mm.editor.insertNew(mm, start, end, flags, pgoff, file);
}

/** One original in its place again, whatever is there now; write-protected, as at the beginning. */
function putBack(k: KernelState, mm: Mm, vpn: Vpn, page: SavedPage): void {
  const vma = mm.vmas.find(vpn);
  if (!vma) {
    releaseSaved(k, page);
    return;
  }
  zapRange(k, mm, vma, vpn, vpn + 1);
  const ref = ensureEntry(k, mm, vpn, 1);
  k.meter.add('pteWrite');
  if (page.kind === 'swap') {
    k.tables.set(ref, page.lo, page.hi);
    mm.swapPages++;
    return;
  }
  const { pfn, dirty } = page;
  k.tables.set(ref, k.pte.leafLo(pfn, vma.flags, false, dirty, 1), k.pte.leafHi(pfn, vma.flags, 1));
  if (k.isZero(pfn)) return;
  k.meter.add('copy');
  k.counters.pagesRestored++;
  const isNew = k.frames.mapcount[pfn] === 0 && k.frames.mapping[pfn] === 0;
  if (isNew) k.frames.set(pfn, PG_ANON | PG_SWAPBACKED | PG_LRU);
  if (k.frames.has(pfn, PG_ANON) && k.frames.mapcount[pfn] === 0) {
    anonVmaPrepare(k.anonVmas, vma, (one) => findMergeableAnonVma(mm.vmas, one));
    k.frames.mapping[pfn] = vma.anonVma!.id;
    k.frames.index[pfn] = vma.indexOf(vpn) | 0;
  }
  addMapping(k, pfn, mm.id);
  countResident(k, mm, pfn, 1);
  releaseSaved(k, page);
}
