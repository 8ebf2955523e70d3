import type { Pfn } from '../../core/addr.ts';
import type { FaultSite } from '../fault/site.ts';
import { PG_EXCLUSIVE, PG_LARGE } from '../frame/frames.ts';
import { mapcountOf, refcountOf } from '../rmap.ts';

/** What a policy module says of a write to an anonymous page: keep the frame, copy, or undefined: as the axes have it. */
export function askedToReuse(site: FaultSite, pfn: Pfn): boolean | undefined {
  const { k, vpn, pid } = site;
  const asked = k.hooks?.onWriteFault?.({
    pid,
    vpn,
    mapcount: mapcountOf(k, pfn),
    refcount: refcountOf(k, pfn),
    exclusive: k.frames.has(pfn, PG_EXCLUSIVE),
    huge: k.frames.has(pfn, PG_LARGE),
  });
  return asked === undefined ? undefined : asked === 'reuse';
}
