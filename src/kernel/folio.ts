import type { Pfn } from '../core/addr.ts';

/**
 * Who maps a large folio, as Linux 6.18 tracks it (folio->_large_mapcount, _entire_mapcount, _mm_id[2],
 * include/linux/rmap.h): two slots count the mappings of one address space each; `shared` says that mappings of more
 * than one may exist. A third address space finds no slot, so `shared` can stay set although one owner is left.
 */
export interface LargeFolio {
  /** PMDs that map the folio whole. */
  entire: number;
  /** All mappings: PTEs and PMDs, one each. */
  total: number;
  readonly mmId: number[];
  readonly mmCount: number[];
  shared: boolean;
}

/** The folios of more than one page that exist, by head frame. All are PMD-sized and aligned. */
export class LargeFolios {
  private readonly byHead = new Map<Pfn, LargeFolio>();
  private readonly headMask: number;

  /** @param pages pages of a large folio, a power of two */
  constructor(pages: number) {
    this.headMask = ~(pages - 1);
  }

  headOf(pfn: Pfn): Pfn {
    return pfn & this.headMask;
  }

  at(pfn: Pfn): LargeFolio {
    const folio = this.byHead.get(this.headOf(pfn));
    if (!folio) throw new Error(`frame ${pfn} is in no large folio`);
    return folio;
  }

  create(head: Pfn): LargeFolio {
    const folio: LargeFolio = { entire: 0, total: 0, mmId: [0, 0], mmCount: [0, 0], shared: false };
    this.byHead.set(head, folio);
    return folio;
  }

  delete(head: Pfn): void {
    this.byHead.delete(head);
  }
}

/** folio_maybe_mapped_shared: one mapping is nobody else's, whatever `shared` still says. */
export function maybeMappedShared(folio: LargeFolio): boolean {
  return folio.total > 1 && folio.shared;
}

/** folio_add_return_large_mapcount. */
export function addLargeMappings(folio: LargeFolio, count: number, mmId: number): void {
  folio.total += count;
  const { mmId: ids, mmCount } = folio;
  if (ids[0] === mmId) {
    mmCount[0]! += count;
  } else if (ids[1] === mmId) {
    mmCount[1]! += count;
  } else if (ids[0] === 0) {
    ids[0] = mmId;
    mmCount[0] = count;
    if (folio.total !== count) folio.shared = true;
  } else if (ids[1] === 0) {
    ids[1] = mmId;
    mmCount[1] = count;
    folio.shared = true;
  }
}

/** folio_sub_return_large_mapcount: `shared` is looked at again only when a slot becomes free or none was held. */
export function removeLargeMappings(folio: LargeFolio, count: number, mmId: number): void {
  folio.total -= count;
  const { mmId: ids, mmCount } = folio;
  const slot = ids[0] === mmId ? 0 : ids[1] === mmId ? 1 : -1;
  if (slot >= 0) {
    mmCount[slot]! -= count;
    if (mmCount[slot]! > 0) return;
    mmCount[slot] = 0;
    ids[slot] = 0;
  }
  if (mmCount[0] === folio.total || mmCount[1] === folio.total) folio.shared = false;
}
