import type { Pfn, Vpn } from '../core/addr.ts';
import { PG_ANON } from './frame/frames.ts';
import type { Mm } from './mm.ts';
import { findPte, isHugeLeaf } from './pagetable/ptes.ts';
import type { EntryRef } from './pagetable/table.ts';
import type { KernelState } from './state.ts';
import type { Vma } from './vma/vma.ts';

/** A PTE that maps a page, or a huge leaf that maps its folio. */
export type MappingVisitor = (mm: Mm, vma: Vma, vpn: Vpn, ref: EntryRef) => void;

/**
 * rmap_walk: every PTE that maps this very page, in any address space, through its anon_vma or its file. A huge leaf
 * over the page is shown once, with the page's own `vpn`.
 */
export function forEachMapping(k: KernelState, pfn: Pfn, visit: MappingVisitor): void {
  const anonymous = k.frames.has(pfn, PG_ANON);
  const id = k.frames.mapping[pfn]!;
  const vmas = anonymous ? k.anonVmas.get(id)?.vmas : k.files.get(id)?.mappings;
  if (!vmas) return;
  const index = k.frames.index[pfn]!;
  for (const vma of [...vmas]) {
    // Indexes are kept as 32 bits: the difference is right for VMAs below 16 TiB.
    const pages = (index - (vma.pgoff | 0)) | 0;
    if (pages < 0 || pages >= vma.pages) continue;
    const vpn = vma.start + pages;
    const mm = vma.mm as Mm;
    const ref = findPte(k, mm, vpn);
    if (!ref) continue;
    const lo = k.tables.lo(ref);
    if (!k.pte.present(lo)) continue;
    const first = k.pte.pfn(lo | 1, k.tables.hi(ref));
    const mapped = isHugeLeaf(k, ref) ? first + (vpn % k.hugePages) : first;
    if (mapped === pfn) visit(mm, vma, vpn, ref);
  }
}
