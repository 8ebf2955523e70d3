import type { Vpn } from '../../core/addr.ts';
import { PG_ANON, PG_EXCLUSIVE, PG_LARGE, PG_ZERO } from '../frame/frames.ts';
import type { Mm } from '../mm.ts';
import { addMapping, countResident } from '../rmap.ts';
import type { KernelState } from '../state.ts';
import { VM_SHARED } from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';
import { ensureEntry } from './ptes.ts';

/**
 * copy_pte_range: the child, which has nothing there yet, gets every entry of one table. In a private mapping write
 * permission goes from both sides; anonymous pages lose their exclusivity, every page gains a mapping. The child's
 * entries are old. Returns how many there were. `counted`: the pages become resident in `child`; false where they are
 * counted there already. `part`: what the work is charged as.
 *
 * The words are copied as a whole; entries of ordinary anonymous pages, which nearly all are, are then set right here,
 * with as few loads and stores as there can be, and any other by {@link copyOther}.
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
  const { step } = tables;
  const { flags, refcount, mapcount } = k.frames;
  const copies = target.slab;
  const { protectAnd, protectOr, pfnShift } = pte.format;
  // A shared mapping has no anonymous pages: its permissions stay.
  const old = ~pte.accessed;
  const low = isBelow(flags.length, pfnShift);
  const ahead = target.at - at;
  copies.set(slab.subarray(at, at + count * step), target.at);
  let copied = 0;
  let anonymous = 0;
  for (let i = 0, from = at; i < count; i++, from += step) {
    const lo = slab[from]!;
    if ((lo & 1) !== 0) {
      const pfn = low ? lo >>> pfnShift : pte.pfn(lo, slab[from + 1]!);
      const mark = flags[pfn]!;
      if ((mark & (PG_ANON | PG_LARGE)) === PG_ANON) {
        flags[pfn] = mark & ~PG_EXCLUSIVE;
        refcount[pfn]!++;
        mapcount[pfn]!++;
        anonymous++;
        const shared = (lo & protectAnd) | protectOr;
        slab[from] = shared;
        copies[from + ahead] = shared & old;
        continue;
      }
    }
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
  const lo = slab[from]!;
  const hi = k.tables.wide ? slab[from + 1]! : 0;
  if (lo === 0 && hi === 0) return false;
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

/** Whether the number of every one of `frames` frames stands in the low word of an entry alone. */
function isBelow(frames: number, pfnShift: number): boolean {
  return frames <= 2 ** (32 - pfnShift);
}

/** A page out on swap is shared as well; neither side may call it exclusive when it comes back. */
function copySwapEntry(k: KernelState, lo: number, hi: number): number {
  k.swap.get(k.pte.pfn(lo | 1, hi));
  return lo & ~k.pte.dirty;
}
