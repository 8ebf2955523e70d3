import type { Vpn } from '../../core/addr.ts';
import { PG_ANON, PG_EXCLUSIVE, PG_LARGE, PG_ZERO } from '../frame/frames.ts';
import type { Mm } from '../mm.ts';
import { addMapping, countResident } from '../rmap.ts';
import type { KernelState } from '../state.ts';
import { VM_SHARED } from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';
import { ensureEntry } from './ptes.ts';

/**
 * copy_pte_range: the child gets every entry of one table. In a private mapping write permission goes from both
 * sides; anonymous pages lose their exclusivity, every page gains a mapping. The child's entries are old. Returns how
 * many there were. `counted`: the pages become resident in `child`; false where they are counted there already. `part`:
 * what the work is charged as.
 */
export function copyPteRange(
  k: KernelState,
  child: Mm,
  vma: Vma,
  slab: Int32Array,
  at: number,
  count: number,
  vpn: Vpn,
  counted = true,
  part: 'forkPte' | 'unsharePte' | 'protectPte' = 'forkPte',
): number {
  const target = ensureEntry(k, child, vpn, 1);
  const { pte, tables } = k;
  const { step, wide } = tables;
  const { flags, refcount, mapcount } = k.frames;
  const protect = !vma.has(VM_SHARED);
  const cleanMask = vma.has(VM_SHARED) ? ~(pte.accessed | pte.dirty) : ~pte.accessed;
  let copied = 0;
  let anonymous = 0;
  for (let i = 0, from = at, to = target.at; i < count; i++, from += step, to += step) {
    let lo = slab[from]!;
    const hi = wide ? slab[from + 1]! : 0;
    if (lo === 0 && hi === 0) continue;
    copied++;
    if (!pte.present(lo)) {
      lo = copySwapEntry(k, lo, hi);
      if (counted) child.swapPages++;
      slab[from] = lo;
      target.slab[to] = lo;
      if (wide) target.slab[to + 1] = hi;
      continue;
    }
    const pfn = pte.pfn(lo, hi);
    const mark = flags[pfn]!;
    if ((mark & (PG_ANON | PG_LARGE)) === PG_ANON) {
      flags[pfn] = mark & ~PG_EXCLUSIVE;
      refcount[pfn]!++;
      mapcount[pfn]!++;
      anonymous++;
    } else if ((mark & PG_ZERO) === 0) {
      flags[pfn] = mark & ~PG_EXCLUSIVE;
      addMapping(k, pfn, child.id);
      if (counted) countResident(k, child, pfn, 1);
    }
    if (protect && pte.writable(lo)) {
      lo = pte.wrprotect(lo);
      slab[from] = lo;
    }
    target.slab[to] = lo & cleanMask;
    if (wide) target.slab[to + 1] = hi;
  }
  if (counted) child.anonPages += anonymous;
  k.meter.add(part, copied);
  return copied;
}

/** A page out on swap is shared as well; neither side may call it exclusive when it comes back. */
function copySwapEntry(k: KernelState, lo: number, hi: number): number {
  k.swap.get(k.pte.pfn(lo | 1, hi));
  return lo & ~k.pte.dirty;
}
