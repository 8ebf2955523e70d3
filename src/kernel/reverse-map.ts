import type { Pfn, Vpn } from '../core/addr.ts';
import { PG_ANON } from './frame/frames.ts';
import type { Mm } from './mm.ts';
import { findPte, isHugeLeaf } from './pagetable/ptes.ts';
import type { EntryRef } from './pagetable/table.ts';
import { ownTables } from './policy/own-tables.ts';
import type { KernelState } from './state.ts';
import type { Vma } from './vma/vma.ts';

/** A PTE that maps a page, or a huge leaf that maps its folio. */
export type MappingVisitor = (mm: Mm, vma: Vma, vpn: Vpn, ref: EntryRef) => void;

/**
 * rmap_walk: every PTE that maps this very page, in any address space, through its anon_vma or its file. A huge leaf
 * over the page is shown once, with the page's own `vpn`. `visit` may change what it is shown.
 */
export function forEachMapping(k: KernelState, pfn: Pfn, visit: MappingVisitor): void {
  ownMappings(k, pfn);
  lookAtMappings(k, pfn, visit);
}

/** The tables of all mappings of a page become their address spaces' own (policies that share tables). Throws OutOfMemory. */
export function ownMappings(k: KernelState, pfn: Pfn): void {
  if (!k.policyMemory.sharesTables) return;
  for (const { mm, vpn } of placesOf(k, pfn)) ownTables(k, mm, vpn, vpn + 1);
}

/** As {@link forEachMapping} for a visitor that changes no more than accessed bits. */
export function lookAtMappings(k: KernelState, pfn: Pfn, visit: MappingVisitor): void {
  for (const { mm, vma, vpn } of placesOf(k, pfn)) {
    const ref = findPte(k, mm, vpn);
    if (!ref) continue;
    const lo = k.tables.lo(ref);
    if (!k.pte.present(lo)) continue;
    const first = k.pte.pfn(lo | 1, k.tables.hi(ref));
    const mapped = isHugeLeaf(k, ref) ? first + (vpn % k.hugePages) : first;
    if (mapped === pfn) visit(mm, vma, vpn, ref);
  }
}

/** Where a page would be mapped if it is. */
function placesOf(k: KernelState, pfn: Pfn): { mm: Mm; vma: Vma; vpn: Vpn }[] {
  const anonymous = k.frames.has(pfn, PG_ANON);
  const id = k.frames.mapping[pfn]!;
  const vmas = anonymous ? k.anonVmas.get(id)?.vmas : k.files.get(id)?.mappings;
  const index = k.frames.index[pfn]!;
  const places: { mm: Mm; vma: Vma; vpn: Vpn }[] = [];
  for (const vma of vmas ?? []) {
    // Indexes are kept as 32 bits: the difference is right for VMAs below 16 TiB.
    const pages = (index - (vma.pgoff | 0)) | 0;
    if (pages >= 0 && pages < vma.pages) places.push({ mm: vma.mm as Mm, vma, vpn: vma.start + pages });
  }
  return places;
}
