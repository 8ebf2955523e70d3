import { PAGE_BYTES } from '../../core/addr.ts';
import { allocateFrame } from '../frame/pages.ts';
import { addNewAnon } from '../rmap.ts';
import { type FaultResult, type FaultSite, ownPte, prepareAnonVma, setPte } from './site.ts';

/** do_anonymous_page: first touch of private memory without a file. A read maps the shared zero page. */
export function doAnonymousPage(site: FaultSite): FaultResult {
  const { k, mm, vma } = site;
  if (!site.write) {
    setPte(site, ownPte(site), k.zeroPfn, false, false);
    return 'zeroPage';
  }
  const ref = ownPte(site);
  prepareAnonVma(site);
  const pfn = allocateFrame(k);
  k.counters.bytesZeroed += PAGE_BYTES;
  k.meter.add('allocate');
  k.meter.add('zero');
  k.meter.add('refcount');
  addNewAnon(k, pfn, vma, site.vpn);
  mm.anonPages++;
  setPte(site, ref, pfn, true, true);
  return 'demandZero';
}
