import type { Pfn, Vpn } from '../../core/addr.ts';
import { PG_ANON, PG_LARGE } from '../frame/frames.ts';
import type { Mm } from '../mm.ts';
import { findPte, isHugeLeaf } from '../pagetable/ptes.ts';
import { mapcountOf } from '../rmap.ts';
import type { KernelState } from '../state.ts';

/** What /proc/PID/pagemap, kpagecount and kpageflags together say of one page. */
export interface PageView {
  readonly kind: 'none' | 'zero' | 'anon' | 'file' | 'swap';
  readonly pfn: Pfn;
  /** How often the frame is mapped; 0 for the zero page. */
  readonly mapcount: number;
  /** Part of a large folio (KPF_THP). */
  readonly huge: boolean;
}

const NOTHING: PageView = { kind: 'none', pfn: -1, mapcount: 0, huge: false };

/** The page at `vpn`; a PROT_NONE page counts as present, as in pagemap. */
export function pageAt(k: KernelState, mm: Mm, vpn: Vpn): PageView {
  const ref = findPte(k, mm, vpn);
  if (!ref) return NOTHING;
  const lo = k.tables.lo(ref);
  const hi = k.tables.hi(ref);
  if (lo === 0 && hi === 0) return NOTHING;
  if (!k.pte.present(lo)) return { kind: 'swap', pfn: -1, mapcount: 0, huge: false };
  const pfn = k.pte.pfn(lo | 1, hi) + (isHugeLeaf(k, ref) ? vpn % k.hugePages : 0);
  if (k.isZero(pfn)) return { kind: 'zero', pfn, mapcount: 0, huge: false };
  return {
    kind: k.frames.has(pfn, PG_ANON) ? 'anon' : 'file',
    pfn,
    mapcount: mapcountOf(k, pfn),
    huge: k.frames.has(pfn, PG_LARGE),
  };
}

/** Present pages in [start, end), the zero page included. */
export function presentPages(k: KernelState, mm: Mm, start: Vpn, end: Vpn): number {
  let present = 0;
  if (start >= end) return 0;
  k.tables.visit(mm.root, start, end, {
    table(slab, at, count) {
      for (let i = 0, word = at; i < count; i++, word += k.tables.step)
        if (k.pte.present(slab[word]!)) present++;
    },
    superpage(_ref, vpn) {
      present += Math.min(end, vpn + k.hugePages) - Math.max(start, vpn);
    },
  });
  return present;
}
