import { PG_RECLAIM, PG_UNREAD } from '../frame/frames.ts';
import { ensureEntry, findPte } from '../pagetable/ptes.ts';
import { addMapping, countResident } from '../rmap.ts';
import { VM_SHARED, VM_WRITE } from '../vma/flags.ts';
import type { FaultSite } from './site.ts';

/**
 * do_fault_around: a read fault on a file maps every cached page of a window of 16 around it whose PTE is empty. The
 * window is aligned in virtual address, clipped to the VMA (it slides up at the VMA's start) and to the table.
 * Returns true when the faulting page itself was among them, which completes the fault.
 */
export function faultAround(site: FaultSite): boolean {
  const { k, mm, vma, vpn } = site;
  const file = vma.file!;
  const perTable = k.tables.entries[1]!;
  const slot = vpn % perTable;
  const below = Math.min(slot, vpn - vma.start);
  const from = Math.max(slot - (slot % k.faultAroundPages), slot - below);
  const to = Math.min(from + k.faultAroundPages, perTable, slot + (vma.end - vpn));
  const first = vpn - slot + from;
  const last = vpn - slot + to;
  const fileEnd = file.pages;

  let cached = first;
  while (cached < last && !isCached(site, cached, fileEnd)) cached++;
  if (cached === last) return false;
  // Without a table yet, a window whose first cached page is the file's last maps nothing (filemap_map_pages
  // installs the table only through filemap_map_pmd, which refuses folios that reach the end; tmpfs is exempt).
  const above = findPte(k, mm, vpn);
  if (!above && file.fs !== 'tmpfs' && vma.indexOf(cached) >= fileEnd - 1) return false;

  const writable = vma.has(VM_SHARED) && vma.has(VM_WRITE) && file.fs === 'tmpfs';
  const start = ensureEntry(k, mm, first, 1);
  let mapped = 0;
  let own = false;
  for (let page = cached; page < last; page++) {
    const word = start.at + (page - first) * k.tables.step;
    if (start.slab[word] !== 0) continue;
    if (!isCached(site, page, fileEnd)) continue;
    const pfn = file.cache.get(vma.indexOf(page))!;
    start.slab[word] = k.pte.leafLo(pfn, vma.flags, writable, false, 1);
    if (k.tables.wide) start.slab[word + 1] = k.pte.leafHi(pfn, vma.flags, 1);
    addMapping(k, pfn, mm.id);
    countResident(k, mm, pfn, 1);
    mapped++;
    if (page === vpn) own = true;
  }
  k.meter.add('pageCache');
  k.meter.add('faultAround', mapped);
  if (file.fs === 'ext4') k.meter.add('fileSystem');
  return own;
}

function isCached(site: FaultSite, vpn: number, fileEnd: number): boolean {
  const index = site.vma.indexOf(vpn);
  const pfn = index < fileEnd ? site.vma.file!.cache.get(index) : undefined;
  return pfn !== undefined && !site.k.frames.has(pfn, PG_RECLAIM | PG_UNREAD) && !site.inFlight.has(index);
}
