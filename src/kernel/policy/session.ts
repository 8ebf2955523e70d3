import type { Pfn, Vpn } from '../../core/addr.ts';
import type { FaultSite } from '../fault/site.ts';
import { PG_ANON, PG_EXCLUSIVE, PG_LARGE } from '../frame/frames.ts';
import { allocateFrame, copyPage } from '../frame/pages.ts';
import type { Mm } from '../mm.ts';
import { findPte, isHugeLeaf } from '../pagetable/ptes.ts';
import type { EntryRef } from '../pagetable/table.ts';
import { dropSwapEntry } from '../reclaim/swap-entry.ts';
import { putFolio } from '../rmap.ts';
import { flushMm } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { splitHugePmd } from '../thp/split.ts';
import { VM_SHARED } from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';
import type { SavedPage, Session } from './memory.ts';

/**
 * Snapshot and restore (fuzzing): instead of a child with an address space of its own, the address space remembers what
 * it was. Its private pages are write-protected; the first write to each copies it and keeps the original; when the
 * "child" ends, the originals are put back (restore.ts). Pages that were not there are recorded, to be taken away.
 */

/** The address space is remembered from now on, until process `child` ends. */
export function beginSession(k: KernelState, mm: Mm, child: number): void {
  const areas = [...mm.vmas].map(({ start, end, flags, pgoff, file }) => ({
    start,
    end,
    flags,
    pgoff,
    file,
  }));
  const { startBrk, brk, lockedPages } = mm;
  const files = new Set(areas.flatMap(({ file }) => (file && !file.named ? [file] : [])));
  for (const file of files) file.named = true;
  k.policyMemory.sessions.set(mm, {
    child,
    areas,
    startBrk,
    brk,
    lockedPages,
    saved: new Map(),
    fresh: new Map(),
    replaced: [],
    pinned: [...files],
  });
  for (const vma of mm.vmas) if (!vma.has(VM_SHARED) && vma.anonVma) protectArea(k, mm, vma);
  flushMm(k, mm);
}

function protectArea(k: KernelState, mm: Mm, vma: Vma): void {
  const { pte, tables } = k;
  let changed = 0;
  const protect = (slab: Int32Array, word: number): void => {
    const lo = slab[word]!;
    if (!pte.writable(lo)) return;
    slab[word] = pte.wrprotect(lo);
    changed++;
  };
  tables.visit(mm.root, vma.start, vma.end, {
    table(slab, at, count) {
      for (let i = 0, word = at; i < count; i++, word += tables.step) protect(slab, word);
    },
    superpage: (ref) => protect(ref.slab, ref.at),
  });
  k.meter.add('protectPte', changed);
}

/** Before a fault: an original that is about to be written is kept. Returns what to note when the fault is done. */
export function noteFault(site: FaultSite): (() => void) | undefined {
  const { k, mm, vma, vpn, write } = site;
  const session = k.policyMemory.sessions.get(mm);
  if (!session || vma.has(VM_SHARED) || isSettled(k, session, vpn)) return undefined;
  const ref = findPte(k, mm, vpn);
  const absent = !ref || (k.tables.lo(ref) === 0 && k.tables.hi(ref) === 0);
  if (absent) return () => noteFresh(site, session);
  if (!write && k.pte.present(k.tables.lo(ref))) return undefined;
  if (isHugeLeaf(k, ref)) splitHugePmd(k, mm, vma, ref, vpn - (vpn % k.hugePages));
  save(k, session, vpn, findPte(k, mm, vpn)!);
  return undefined;
}

function noteFresh({ k, mm, vpn }: FaultSite, session: Session): void {
  const ref = findPte(k, mm, vpn);
  const huge = ref !== undefined && isHugeLeaf(k, ref);
  if (huge) session.fresh.set(vpn - (vpn % k.hugePages), k.hugePages);
  else session.fresh.set(vpn, 1);
}

/** What was at this page is known already, or nothing was. */
function isSettled(k: KernelState, session: Session, vpn: Vpn): boolean {
  const inHuge = vpn % k.hugePages;
  return (
    session.saved.has(vpn) ||
    session.fresh.has(vpn) ||
    (session.fresh.get(vpn - inHuge) ?? 0) > inHuge ||
    session.replaced.some(({ start, end }) => vpn >= start && vpn < end)
  );
}

/**
 * PTEs of [start, end) are about to be emptied. The pages of a file that has become shorter (`evenCows` said) are gone
 * for everybody, originals too; a hole in a file leaves private pages alone.
 */
export function noteZap(k: KernelState, mm: Mm, start: Vpn, end: Vpn, evenCows: boolean | undefined): void {
  if (evenCows === undefined) saveRange(k, mm, start, end);
  else if (evenCows) forgetRange(k, mm, start, end);
}

function forgetRange(k: KernelState, mm: Mm, start: Vpn, end: Vpn): void {
  const session = k.policyMemory.sessions.get(mm);
  if (!session) return;
  for (const [vpn, page] of session.saved) {
    if (vpn < start || vpn >= end) continue;
    session.saved.delete(vpn);
    releaseSaved(k, page);
  }
  session.replaced.push({ start, end });
}

/** [start, end) is about to be emptied or moved away: all originals in it are kept. */
export function saveRange(k: KernelState, mm: Mm, start: Vpn, end: Vpn): void {
  keepOriginals(k, mm, start, end);
  k.policyMemory.sessions.get(mm)?.replaced.push({ start, end });
}

/** Something other than a write fault is about to change what pages of [start, end) hold, or who may write them. */
export function keepOriginals(k: KernelState, mm: Mm, start: Vpn, end: Vpn): void {
  const session = k.policyMemory.sessions.get(mm);
  if (!session) return;
  const { tables } = k;
  tables.visit(mm.root, start, end, {
    table(slab, at, count, vpn, table) {
      for (let i = 0, word = at; i < count; i++, word += tables.step) {
        const empty = slab[word] === 0 && (!tables.wide || slab[word + 1] === 0);
        if (!empty && !isSettled(k, session, vpn + i))
          save(k, session, vpn + i, { slab, at: word, table, level: 1 });
      }
    },
    superpage: (ref, base) => saveHuge(k, mm, session, ref, base),
  });
}

/** A huge original is kept as single pages. */
function saveHuge(k: KernelState, mm: Mm, session: Session, ref: EntryRef, base: Vpn): void {
  if (session.fresh.has(base)) return;
  const head = k.pte.pfn(k.tables.lo(ref) | 1, k.tables.hi(ref));
  const vma = mm.vmas.find(base)!;
  for (let i = 0; i < k.hugePages; i++) {
    if (isSettled(k, session, base + i) || base + i < vma.start || base + i >= vma.end) continue;
    session.saved.set(base + i, {
      kind: 'page',
      pfn: keep(k, k.isZero(head) ? k.zeroPfn : head + i),
      dirty: true,
    });
  }
}

/** A page of a file needs no original: a fault brings it back. */
function save(k: KernelState, session: Session, vpn: Vpn, ref: EntryRef): void {
  const lo = k.tables.lo(ref);
  const hi = k.tables.hi(ref);
  if (!k.pte.present(lo)) {
    k.swap.get(k.pte.pfn(lo | 1, hi));
    k.tables.set(ref, lo & ~k.pte.dirty, hi);
    session.saved.set(vpn, { kind: 'swap', lo: lo & ~k.pte.dirty, hi });
    return;
  }
  const pfn = k.pte.pfn(lo | 1, hi);
  if (k.isZero(pfn) || k.frames.has(pfn, PG_ANON))
    session.saved.set(vpn, { kind: 'page', pfn: keep(k, pfn), dirty: k.pte.isDirty(lo) });
  else session.fresh.set(vpn, 1);
}

/**
 * A reference to the original: it is shared from now on, and a write copies it. A page of a large folio, whose
 * references are the folio's, is kept as a copy.
 */
function keep(k: KernelState, pfn: Pfn): Pfn {
  if (k.isZero(pfn)) return pfn;
  if (k.frames.has(pfn, PG_LARGE)) {
    const copy = allocateFrame(k);
    copyPage(k, pfn, copy);
    k.meter.add('copy');
    return copy;
  }
  k.frames.clear(pfn, PG_EXCLUSIVE);
  k.frames.refcount[pfn]!++;
  return pfn;
}

/** The original is no longer needed. */
export function releaseSaved(k: KernelState, page: SavedPage): void {
  if (page.kind === 'swap') dropSwapEntry(k, k.pte.pfn(page.lo | 1, page.hi));
  else if (!k.isZero(page.pfn)) putFolio(k, page.pfn, 1);
}
