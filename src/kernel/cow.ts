import type { Pfn } from '../core/addr.ts';
import { PG_EXCLUSIVE, PG_KSM, PG_LARGE, PG_SWAPCACHE } from './frame/frames.ts';
import { mapcountOf, refcountOf } from './rmap.ts';
import type { KernelState } from './state.ts';

/**
 * Reuse or copy: may a write to this write-protected anonymous page keep the frame? (do_wp_page). An exclusive page
 * always may. Any other may when nobody else refers to it (wp_can_reuse_anon_folio); it is exclusive from then on.
 * The policy can ask for less.
 */
export function mayReuseAnon(k: KernelState, pfn: Pfn): boolean {
  if (k.frames.has(pfn, PG_KSM)) return false;
  switch (k.policy.reuse) {
    case 'never':
      return false;
    case 'mapcount':
      return mapcountOf(k, pfn) === 1 && !k.frames.has(pfn, PG_SWAPCACHE);
    case 'refcount':
      return refcountOf(k, pfn) === 1;
    default:
      return (
        k.frames.has(pfn, PG_EXCLUSIVE) ||
        (k.frames.has(pfn, PG_LARGE) ? mayReuseLarge(k, pfn) : k.frames.refcount[pfn] === 1)
      );
  }
}

/**
 * __wp_can_reuse_large_anon_folio: decided for the folio, not the page. All mappings must be known to be of one
 * address space and to be the only references; a folio with one page still mapped is copied, which frees it.
 */
function mayReuseLarge(k: KernelState, pfn: Pfn): boolean {
  const folio = k.folios.at(pfn);
  return folio.total > 1 && !folio.shared && folio.total === refcountOf(k, pfn);
}
