import type { Pfn } from '../../core/addr.ts';
import { PG_DIRTY, PG_LARGE, PG_LRU, PG_REFERENCED, PG_SWAPBACKED } from '../frame/frames.ts';
import { releaseHeld } from '../policy/shadow.ts';
import { forEachMapping } from '../reverse-map.ts';
import { headOf, removeMapping } from '../rmap.ts';
import { flushPage } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { VM_LOCKED } from '../vma/flags.ts';
import { splitHugePmd } from './split.ts';

/** Flags of the head that its pages inherit (__split_folio_to_order). */
const INHERITED = PG_DIRTY | PG_REFERENCED | PG_SWAPBACKED;

/**
 * split_folio: a large folio becomes single pages. Every PMD that maps it is split first; pages that nobody maps any
 * more are freed. What each PTE allows stays as it was.
 */
export function splitFolio(k: KernelState, pfn: Pfn): void {
  const { frames } = k;
  const head = headOf(k, pfn);
  releaseHeld(k, head);
  splitPmdsOf(k, head);
  // try_to_migrate moves the dirty bit of each PTE to the folio, from where every page of it inherits.
  if (hasDirtyPte(k, head)) frames.set(head, PG_DIRTY);
  k.folios.delete(head);
  const flags = frames.flags[head]! & INHERITED;
  const mapping = frames.mapping[head]!;
  for (let page = head; page < head + k.hugePages; page++) {
    frames.flags[page] = (frames.flags[page]! & ~(PG_LARGE | INHERITED)) | flags | PG_LRU;
    frames.mapping[page] = mapping;
    frames.refcount[page] = frames.mapcount[page]!;
  }
  for (let page = head; page < head + k.hugePages; page++) {
    if (frames.mapcount[page] === 0) {
      k.contents.release(frames.content[page]!);
      k.buddy.release(page, 0);
    } else if (isUnused(k, page)) {
      mapZeroPage(k, page);
    }
  }
}

function hasDirtyPte(k: KernelState, head: Pfn): boolean {
  let dirty = false;
  for (let page = head; page < head + k.hugePages && !dirty; page++)
    forEachMapping(k, page, (_mm, _vma, _vpn, ref) => {
      if (k.pte.isDirty(k.tables.lo(ref))) dirty = true;
    });
  return dirty;
}

/** A page of zeros that nobody has locked. */
function isUnused(k: KernelState, page: Pfn): boolean {
  if (!k.keepContents || !k.contents.isZero(k.frames.content[page]!)) return false;
  let locked = false;
  forEachMapping(k, page, (_mm, vma) => {
    if (vma.has(VM_LOCKED)) locked = true;
  });
  return !locked;
}

/** try_to_map_unused_to_zeropage: the shared zero page stands in for a page of zeros that the huge page only filled. */
function mapZeroPage(k: KernelState, page: Pfn): void {
  forEachMapping(k, page, (mm, vma, vpn, ref) => {
    k.tables.set(
      ref,
      k.pte.leafLo(k.zeroPfn, vma.flags, false, false, 1),
      k.pte.leafHi(k.zeroPfn, vma.flags, 1),
    );
    flushPage(k, mm, vpn);
    mm.anonPages--;
    removeMapping(k, page, mm.id);
  });
}

/** Splits every PMD that maps a folio; a PMD may show at any page of it that a VMA still covers. */
export function splitPmdsOf(k: KernelState, head: Pfn): void {
  for (let page = head; page < head + k.hugePages && k.folios.at(head).entire > 0; page++)
    forEachMapping(k, page, (mm, vma, vpn, ref) => {
      if (ref.level > 1) splitHugePmd(k, mm, vma, ref, vpn - (vpn % k.hugePages));
    });
}
