import { allocateFrame, copyPage } from '../frame/pages.ts';
import { fileFault } from '../page-cache/lookup.ts';
import { markDirty, pageMkwrite } from '../page-cache/mkwrite.ts';
import { addMapping, addNewAnon, countResident } from '../rmap.ts';
import { VM_SHARED } from '../vma/flags.ts';
import { faultAround } from './around.ts';
import { type FaultResult, type FaultSite, ownPte, prepareAnonVma, setPte } from './site.ts';

/** do_fault: nothing is mapped yet, and a file or a shared memory object is behind the VMA. */
export function doFault(site: FaultSite): FaultResult {
  if (!site.write) return doReadFault(site);
  return site.vma.has(VM_SHARED) ? doSharedFault(site) : doCowFault(site);
}

/**
 * do_read_fault: maps what is cached around the page; when the page itself is not, reads it and starts anew (the
 * kernel drops its lock for I/O and retries), which is when the neighbours read with it are mapped.
 */
function doReadFault(site: FaultSite): FaultResult {
  const { k } = site;
  for (;;) {
    if (k.faultAroundPages > 1 && faultAround(site)) return 'file';
    const wasMajor = site.major;
    const pfn = fileFault(site);
    if (pfn < 0) return 'sigbus';
    if ((site.major && !wasMajor) || site.retry) {
      site.retry = false;
      continue;
    }
    finishFault(site, pfn, false);
    return 'file';
  }
}

/** do_cow_fault: a private copy at once; the page cache page itself is not mapped. */
function doCowFault(site: FaultSite): FaultResult {
  const { k, mm, vma, vpn } = site;
  prepareAnonVma(site);
  const pfn = allocateFrame(k);
  const source = fileFault(site);
  if (source < 0) {
    k.buddy.release(pfn, 0);
    return 'sigbus';
  }
  const ref = ownPte(site);
  copyPage(k, source, pfn);
  k.meter.add('allocate');
  k.meter.add('copy');
  k.meter.add('refcount', 2);
  addNewAnon(k, pfn, vma, vpn);
  mm.anonPages++;
  setPte(site, ref, pfn, true, true);
  return 'fileCopy';
}

/** do_shared_fault: the page of the file itself, writable and dirty. */
function doSharedFault(site: FaultSite): FaultResult {
  const { k, vma } = site;
  const pfn = fileFault(site);
  if (pfn < 0) return 'sigbus';
  pageMkwrite(k, vma);
  finishFault(site, pfn, true);
  markDirty(k, pfn);
  return 'shared';
}

/** finish_fault for a page of a file. A shared VMA that need not be told of writes gets a writable PTE at once. */
function finishFault(site: FaultSite, pfn: number, write: boolean): void {
  const { k, mm, vma } = site;
  const ref = ownPte(site);
  setPte(site, ref, pfn, write || (vma.has(VM_SHARED) && vma.file!.fs === 'tmpfs'), write);
  addMapping(k, pfn, mm.id);
  countResident(k, mm, pfn, 1);
  k.meter.add('refcount');
}
