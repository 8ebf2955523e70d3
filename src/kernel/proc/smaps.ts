import type { Vpn } from '../../core/addr.ts';
import { PG_ANON, PG_DIRTY, PG_REFERENCED, PG_SWAPBACKED } from '../frame/frames.ts';
import type { Mm } from '../mm.ts';
import { headOf, mapcountOf } from '../rmap.ts';
import type { KernelState } from '../state.ts';
import { VM_LOCKED } from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';

/** One VMA's memory as show_smap counts it, in bytes; the proportional ones in 1/4096 bytes. */
export interface VmaMemory {
  resident: number;
  pss: number;
  pssDirty: number;
  pssLocked: number;
  pssAnon: number;
  pssFile: number;
  pssShmem: number;
  sharedClean: number;
  sharedDirty: number;
  privateClean: number;
  privateDirty: number;
  referenced: number;
  anonymous: number;
  lazyFree: number;
  anonHugePages: number;
  swap: number;
}

const PSS_SHIFT = 4096;
const PAGE = 4096;

/** smap_gather_stats for [start, end) of one VMA. */
export function gatherSmaps(k: KernelState, mm: Mm, vma: Vma): VmaMemory {
  const sum: VmaMemory = {
    resident: 0,
    pss: 0,
    pssDirty: 0,
    pssLocked: 0,
    pssAnon: 0,
    pssFile: 0,
    pssShmem: 0,
    sharedClean: 0,
    sharedDirty: 0,
    privateClean: 0,
    privateDirty: 0,
    referenced: 0,
    anonymous: 0,
    lazyFree: 0,
    anonHugePages: 0,
    swap: 0,
  };
  const { pte, tables } = k;
  const locked = vma.has(VM_LOCKED);
  const one = (lo: number, pfn: number): void =>
    account(k, sum, pfn, pte.isYoung(lo), pte.isDirty(lo), locked);
  tables.visit(mm.root, vma.start, vma.end, {
    table(slab, at, count) {
      for (let i = 0, word = at; i < count; i++, word += tables.step) {
        const lo = slab[word]!;
        const hi = tables.wide ? slab[word + 1]! : 0;
        if (pte.present(lo)) one(lo, pte.pfn(lo | 1, hi));
        else if (lo !== 0 || hi !== 0) sum.swap += PAGE;
      }
    },
    superpage(ref, vpn: Vpn) {
      const lo = tables.lo(ref);
      const head = pte.pfn(lo | 1, tables.hi(ref));
      if (k.isZero(head)) return;
      sum.anonHugePages += k.hugePages * PAGE;
      for (let i = 0; i < k.hugePages; i++) if (vpn + i < vma.end) one(lo, head + i);
    },
  });
  return sum;
}

/** smaps_account and smaps_page_accumulate: what one page adds. Shared is what is mapped more than once, by whomever. */
function account(
  k: KernelState,
  sum: VmaMemory,
  pfn: number,
  young: boolean,
  pteDirty: boolean,
  locked: boolean,
): void {
  if (k.isZero(pfn)) return;
  const head = headOf(k, pfn);
  const dirty = pteDirty || k.frames.has(head, PG_DIRTY);
  const mapcount = mapcountOf(k, pfn);
  const pss = mapcount >= 2 ? Math.floor((PAGE * PSS_SHIFT) / mapcount) : PAGE * PSS_SHIFT;
  sum.resident += PAGE;
  sum.pss += pss;
  if (locked) sum.pssLocked += pss;
  if (young || k.frames.has(head, PG_REFERENCED)) sum.referenced += PAGE;
  if (k.frames.has(pfn, PG_ANON)) {
    sum.anonymous += PAGE;
    sum.pssAnon += pss;
    if (!k.frames.has(head, PG_SWAPBACKED) && !dirty) sum.lazyFree += PAGE;
  } else if (k.files.get(k.frames.mapping[pfn]!)?.fs === 'tmpfs') {
    sum.pssShmem += pss;
  } else {
    sum.pssFile += pss;
  }
  if (dirty) {
    sum.pssDirty += pss;
    if (mapcount < 2) sum.privateDirty += PAGE;
    else sum.sharedDirty += PAGE;
  } else if (mapcount < 2) {
    sum.privateClean += PAGE;
  } else {
    sum.sharedClean += PAGE;
  }
}

/** Bytes to whole kB, proportional bytes (1/4096) to whole kB; both rounded down as the kernel prints them. */
export function kiloBytes(bytes: number): number {
  return Math.floor(bytes / 1024);
}

export function kiloBytesPss(pss: number): number {
  return Math.floor(pss / (1024 * PSS_SHIFT));
}
