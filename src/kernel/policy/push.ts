import type { Pfn } from '../../core/addr.ts';
import { type FaultSite, setPte } from '../fault/site.ts';
import { PG_ANON, PG_DIRTY, PG_EXCLUSIVE, PG_LARGE, PG_LRU, PG_SWAPBACKED } from '../frame/frames.ts';
import { allocateFrame, copyPage } from '../frame/pages.ts';
import type { EntryRef } from '../pagetable/table.ts';
import { forEachMapping } from '../reverse-map.ts';
import { addMapping, putFolio, removeMapping } from '../rmap.ts';
import { flushPage } from '../shootdown.ts';

/**
 * Delayed copy of Mach: a source object keeps its page when it is written, and pushes what the page held into the copy
 * object first; those who had the page through that object find the pushed page at their next access. False where the
 * writer is not the source, or nobody else maps the page: then it is copied or reused as usual.
 */
export function pushCopy(site: FaultSite, ref: EntryRef, old: Pfn): boolean {
  const { k, vma } = site;
  const { ownership } = k.policy;
  if (ownership.kind !== 'shadow-chain' || ownership.copy !== 'asymmetric') return false;
  const { frames } = k;
  if (!frames.has(old, PG_ANON) || frames.has(old, PG_LARGE)) return false;
  if (frames.mapping[old] !== vma.anonVma?.id) return false;
  if (frames.mapcount[old] === 1 || frames.mapcount[old] !== frames.refcount[old]) return false;
  const pushed = allocateFrame(k);
  copyPage(k, old, pushed);
  frames.set(pushed, PG_ANON | PG_SWAPBACKED | PG_LRU | (frames.flags[old]! & PG_DIRTY));
  frames.mapping[pushed] = frames.mapping[old]!;
  frames.index[pushed] = frames.index[old]!;
  k.meter.add('allocate');
  k.meter.add('copy');
  forEachMapping(k, old, (mm, _vma, vpn, entry) => {
    if (entry.slab === ref.slab && entry.at === ref.at) return;
    const dirty = k.pte.isDirty(k.tables.lo(entry));
    k.tables.set(entry, k.pte.leafLo(pushed, 0, false, dirty, 1), k.pte.leafHi(pushed, 0, 1));
    addMapping(k, pushed, mm.id);
    removeMapping(k, old, mm.id);
    k.meter.add('pteWrite');
    k.meter.add('refcount', 2);
    flushPage(k, mm, vpn);
  });
  putFolio(k, pushed, 1);
  if (frames.mapcount[old] !== 1) return false;
  frames.set(old, PG_EXCLUSIVE);
  setPte(site, ref, old, true, true);
  flushPage(k, site.mm, site.vpn);
  return true;
}
