import { PAGE_BYTES, type Pfn } from '../../core/addr.ts';
import { mayReuseAnon } from '../cow.ts';
import { PG_ANON, PG_EXCLUSIVE, PG_LARGE } from '../frame/frames.ts';
import { allocateFrame, copyPage } from '../frame/pages.ts';
import { markDirty, pageMkwrite } from '../page-cache/mkwrite.ts';
import type { EntryRef } from '../pagetable/table.ts';
import { askedToReuse } from '../policy/ask.ts';
import { pushCopy } from '../policy/push.ts';
import { addNewAnon, countResident, moveAnonRmap, removeMapping } from '../rmap.ts';
import { dropStaleEntry, flushPage } from '../shootdown.ts';
import { VM_SHARED } from '../vma/flags.ts';
import { type FaultResult, type FaultSite, prepareAnonVma, setPte } from './site.ts';

/** do_wp_page: a write to a present page whose PTE does not allow it, in a VMA that does. */
export function doWpPage(site: FaultSite, ref: EntryRef): FaultResult {
  const { k, vma } = site;
  const pfn = k.pte.pfn(k.tables.lo(ref), k.tables.hi(ref));
  if (vma.has(VM_SHARED)) return wpPageShared(site, ref, pfn);
  k.meter.add('reuseCheck');
  if (k.frames.has(pfn, PG_ANON) && (askedToReuse(site, pfn) ?? mayReuseAnon(k, pfn))) {
    if (!k.frames.has(pfn, PG_EXCLUSIVE)) {
      if (!k.frames.has(pfn, PG_LARGE)) moveAnonRmap(k, pfn, vma);
      k.frames.set(pfn, PG_EXCLUSIVE);
    }
    wpPageReuse(site, ref);
    return 'cowReuse';
  }
  if (pushCopy(site, ref, pfn)) return 'cowCopy';
  return wpPageCopy(site, ref, pfn);
}

/** wp_page_reuse: the same frame, now young, dirty and writable. */
function wpPageReuse(site: FaultSite, ref: EntryRef): void {
  const { k } = site;
  const { accessed, dirty } = k.pte;
  k.tables.set(ref, k.pte.mkwrite(k.tables.lo(ref)) | accessed | dirty, k.tables.hi(ref));
  k.meter.add('pteWrite');
  dropStaleEntry(k, site.mm, site.vpn);
}

/** wp_page_copy: an exclusive copy for this process; the old page loses this mapping. The zero page is not copied but made anew. */
export function wpPageCopy(site: FaultSite, ref: EntryRef, old: Pfn): FaultResult {
  const { k, mm, vma, vpn } = site;
  prepareAnonVma(site);
  const pfn = allocateFrame(k);
  k.meter.add('cowSetup');
  k.meter.add('allocate');
  k.meter.add('refcount');
  const fromZero = k.isZero(old);
  if (fromZero) {
    k.counters.bytesZeroed += PAGE_BYTES;
    k.meter.add('zero');
  } else {
    copyPage(k, old, pfn);
    k.meter.add('copy');
    k.meter.add('refcount');
    countResident(k, mm, old, -1);
  }
  mm.anonPages++;
  addNewAnon(k, pfn, vma, vpn);
  setPte(site, ref, pfn, true, true);
  flushPage(k, mm, vpn);
  if (fromZero) return 'demandZero';
  const wasAnon = k.frames.has(old, PG_ANON);
  removeMapping(k, old, mm.id);
  return wasAnon ? 'cowCopy' : 'fileCopy';
}

/** wp_page_shared: the file system is asked (page_mkwrite), then the PTE becomes writable; every process pays its own. */
function wpPageShared(site: FaultSite, ref: EntryRef, pfn: Pfn): FaultResult {
  pageMkwrite(site.k, site.vma);
  wpPageReuse(site, ref);
  markDirty(site.k, pfn);
  return 'mkwrite';
}
