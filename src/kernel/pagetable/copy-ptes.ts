import type { Vpn } from '../../core/addr.ts';
import { PG_EXCLUSIVE, PG_ZERO } from '../frame/frames.ts';
import type { Mm } from '../mm.ts';
import { addMapping, countResident } from '../rmap.ts';
import type { KernelState } from '../state.ts';
import { VM_SHARED } from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';
import { COPIED_SHIFT, PASSED_MASK } from './copy-ordinary.ts';
import { ensureEntry } from './ptes.ts';

/**
 * copy_pte_range: the child, which has nothing there yet, gets every entry of one table. In a private mapping write
 * permission goes from both sides; anonymous pages lose their exclusivity, every page gains a mapping. The child's
 * entries are old. Returns how many there were. `counted`: the pages become resident in `child`; false where they are
 * counted there already. `part`: what the work is charged as.
 *
 * Nearly all entries are of ordinary anonymous pages, which the state's {@link EntryCopier} copies.
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
  const { tables, frames, copyEntries } = k;
  const { step } = tables;
  const copies = target.slab;
  const ahead = target.at - at;
  const low = frames.flags.length <= k.pte.lowFrames;
  let copied = 0;
  let anonymous = 0;
  for (let i = 0; i < count; i++) {
    if (low) {
      const from = at + i * step;
      const passed = copyEntries(tables, frames, slab, from, copies, from + ahead, count - i);
      anonymous += passed >>> COPIED_SHIFT;
      i += passed & PASSED_MASK;
      if (i >= count) break;
    }
    const from = at + i * step;
    if (copyOther(k, child, vma, slab, from, copies, from + ahead, counted)) copied++;
  }
  if (counted) child.anonPages += anonymous;
  copied += anonymous;
  k.meter.add(part, copied);
  return copied;
}

/** One entry of any kind; false when there is none. */
function copyOther(
  k: KernelState,
  child: Mm,
  vma: Vma,
  slab: Int32Array,
  from: number,
  copies: Int32Array,
  to: number,
  counted: boolean,
): boolean {
  const { pte, frames } = k;
  const { wide } = k.tables;
  const lo = slab[from]!;
  const hi = wide ? slab[from + 1]! : 0;
  if (lo === 0 && hi === 0) return false;
  if (wide) copies[to + 1] = hi;
  if (!pte.present(lo)) {
    slab[from] = copies[to] = copySwapEntry(k, lo, hi);
    if (counted) child.swapPages++;
    return true;
  }
  const pfn = pte.pfn(lo, hi);
  if (!frames.has(pfn, PG_ZERO)) {
    frames.clear(pfn, PG_EXCLUSIVE);
    addMapping(k, pfn, child.id);
    if (counted) countResident(k, child, pfn, 1);
  }
  const shared = vma.has(VM_SHARED);
  if (!shared && pte.writable(lo)) slab[from] = pte.wrprotect(lo);
  copies[to] = slab[from]! & ~(shared ? pte.accessed | pte.dirty : pte.accessed);
  return true;
}

/** A page out on swap is shared as well; neither side may call it exclusive when it comes back. */
function copySwapEntry(k: KernelState, lo: number, hi: number): number {
  k.swap.get(k.pte.pfn(lo | 1, hi));
  return lo & ~k.pte.dirty;
}
