import type { FaultKind } from '../../src/kernel/counters.ts';
import { type Area, HUGE, type KernelView, leafAt, piecesOf, type Space } from './kernel-view.ts';

/** Units of work by part (docs/kernel-costs.md). */
export type Bill = Readonly<Record<string, number>>;

/** Bits of src/kernel/vma/flags.ts by value. */
const SHARED = 8;

/** Linux's tlb_single_page_flush_ceiling. */
const CEILING = 33;

/** The page of a file that a fault is about; `id` 0 for anonymous memory. */
export interface FaultedFile {
  readonly id: number;
  readonly ext4: boolean;
  readonly index: number;
}

/** A write to a shared anonymous page: looked at, allocated, copied, both counts, entry and flush. */
export const COPY: Bill = {
  reuseCheck: 1,
  cowSetup: 1,
  allocate: 1,
  copy: 1,
  refcount: 2,
  pteWrite: 1,
  flushPage: 1,
};
const FROM_ZERO: Bill = {
  reuseCheck: 1,
  cowSetup: 1,
  allocate: 1,
  zero: 1,
  refcount: 1,
  pteWrite: 1,
  flushPage: 1,
};
const NEW_PAGE: Bill = { allocate: 1, zero: 1, refcount: 1, pteWrite: 1 };
const NEW_HUGE: Bill = { hugeAllocate: 1, hugeZero: 1, hugePte: 1 };

export function sum(...bills: Bill[]): Bill {
  const total: Record<string, number> = {};
  for (const bill of bills)
    for (const [part, units] of Object.entries(bill))
      if (units !== 0) total[part] = (total[part] ?? 0) + units;
  return total;
}

/** The invalidation of a range: page by page up to the ceiling, everything above it. */
export function flush(pages: number): Bill {
  return pages <= CEILING ? { flushPage: pages } : { flushFull: 1 };
}

/** Frames outside large folios that nobody maps or caches any more. */
export function freed(before: KernelView, after: KernelView): Bill {
  return { free: [...before.held].filter((pfn) => !after.held.has(pfn)).length };
}

/** What a fault costs beyond exception, lookups, tables and freed frames: by its kind and what was there before. */
export function faultBill(
  kind: FaultKind,
  [before, after]: readonly [Space, Space],
  vpn: number,
  write: boolean,
  file: FaultedFile,
  [view, next]: readonly [KernelView, KernelView],
): Bill {
  const was = leafAt(before, vpn);
  const is = leafAt(after, vpn);
  const split: Bill = was?.huge && !is?.huge ? { reuseCheck: 1, hugeSplit: 1, flushPage: 1 } : {};
  const mkwrite = { mkwrite: file.ext4 ? 1 : 0 };
  switch (kind) {
    case 'zeroPage':
    case 'spurious':
      return { pteWrite: 1 };
    case 'demandZero':
      return was ? sum(FROM_ZERO, split) : NEW_PAGE;
    case 'cowReuse':
      return sum({ reuseCheck: 1, pteWrite: 1 }, split);
    case 'cowCopy':
      return sum(COPY, split);
    case 'fileCopy':
      if (was) return COPY;
      return sum({ pageCache: 1, allocate: 1, copy: 1, refcount: 2, pteWrite: 1 }, fetched(file, view, next));
    case 'shared':
      return sum({ pageCache: 1, refcount: 1, pteWrite: 1 }, mkwrite, fetched(file, view, next));
    case 'mkwrite':
      return sum({ pteWrite: 1 }, mkwrite);
    case 'swap': {
      const slot = was!.pfn;
      // A page that others refer to by its slot is copied when it is written.
      const exclusive = was!.dirty || view.slots.get(slot) === 1;
      const read = { io: view.swapCache.has(slot) ? 0 : 1 };
      return sum({ pteWrite: 1 }, read, write && !exclusive ? COPY : {});
    }
    case 'hugeZeroPage':
      return { hugePte: 1 };
    case 'hugeDemandZero':
      return was ? sum(NEW_HUGE, { reuseCheck: 1, flushPage: 1 }) : NEW_HUGE;
    case 'hugeReuse':
      return { reuseCheck: 1, hugePte: 1 };
    default:
      throw new Error(`no bill for a fault of kind ${kind}`);
  }
}

/** What came into the page cache for a fault: a page made or back from swap (tmpfs), or read with its neighbours (ext4). */
export function fetched(file: FaultedFile, before: KernelView, after: KernelView): Bill {
  const old = before.cached.get(file.id);
  const now = after.cached.get(file.id);
  const pages = (now?.size ?? 0) - (old?.size ?? 0);
  if (pages === 0) return {};
  if (!file.ext4) {
    const swapped = before.swapped.get(file.id)!.has(file.index);
    return { pageCacheInsert: pages, ...(swapped ? { io: 1 } : { allocate: pages, zero: pages }) };
  }
  return { io: old?.has(file.index) ? 0 : 1, pageCacheInsert: pages };
}

/** Entries of [start, end), all of one VMA, are emptied: huge leaves that stick out are split first. */
export function zapBill(space: Space, start: number, end: number): Bill {
  let small = 0;
  let huge = 0;
  let cut = 0;
  for (const [vpn, leaf] of space.leaves) {
    const last = vpn + (leaf.huge ? HUGE : 1);
    if (last <= start || vpn >= end) continue;
    if (!leaf.huge) small++;
    else if (vpn >= start && last <= end) huge++;
    else {
      cut++;
      small += Math.min(last, end) - Math.max(vpn, start);
    }
  }
  return sum(
    { zapPte: small, zapHuge: huge, hugeSplit: cut, flushPage: cut },
    small + huge > 0 ? flush(end - start) : {},
  );
}

/** munmap of [start, end): one edit for each VMA that it takes something of. */
export function unmapBill(space: Space, start: number, end: number): Bill {
  const pieces = piecesOf(space, start, end);
  if (pieces.length === 0) return {};
  return sum(
    { unmapBase: 1, vmaEdit: pieces.length },
    ...pieces.map((piece) => zapBill(space, piece.start, piece.end)),
  );
}

/** The last process of an address space goes. */
export function exitBill(space: Space): Bill {
  if (space.users > 1) return {};
  return sum(
    { exitBase: 1, flushFull: 1 },
    ...space.areas.map(({ start, end }) => zapBill(space, start, end)),
  );
}

/** fork: the entries that the child has, a table each that it has and its root. */
export function forkBill(child: Space): Bill {
  const entries = [...child.leaves.values()];
  const huge = entries.filter((leaf) => leaf.huge).length;
  return {
    forkBase: 1,
    flushFull: 1,
    tableAllocate: child.tables + 1,
    forkPte: entries.length - huge,
    forkHuge: huge,
  };
}

/** Last-level tables that fork goes through: those under each VMA that has anonymous pages. */
export function tablesForked({ areas, lastLevelTables }: Space, inherited: (area: Area) => boolean): number {
  return areas
    .filter((area) => area.hasAnonVma && inherited(area))
    .reduce(
      (total, { start, end }) =>
        total + [...lastLevelTables].filter((base) => base < end && base + HUGE > start).length,
      0,
    );
}

/** mprotect of [start, end) to `access` (of `mask`): VMAs that have it already cost nothing, nor does what lies behind a hole. */
export function protectBill(space: Space, start: number, end: number, access: number, mask: number): Bill {
  let at = start;
  const bills: Bill[] = [];
  for (const piece of piecesOf(space, start, end)) {
    if (piece.start > at) break;
    at = piece.end;
    if ((piece.flags & mask) === access) continue;
    const { zapPte = 0, zapHuge = 0, hugeSplit = 0 } = zapBill(space, piece.start, piece.end);
    const swapped = [...space.leaves].filter(
      ([vpn, leaf]) => leaf.swap && vpn >= piece.start && vpn < piece.end,
    ).length;
    const changed = zapPte + zapHuge - swapped;
    bills.push(
      sum(
        { vmaEdit: 1, protectPte: changed, hugeSplit, flushPage: hugeSplit },
        changed > 0 ? flush(piece.end - piece.start) : {},
      ),
    );
  }
  return sum(...bills);
}

/** fsync: each dirty page is written, each entry of a shared mapping that could hide a write is made clean. */
export function writeBackBill(view: KernelView, file: number): Bill {
  const dirty = view.dirty.get(file)!;
  let cleaned = 0;
  for (const space of view.spaces.values())
    for (const area of space.areas) {
      if (area.file !== file || (area.flags & SHARED) === 0) continue;
      for (const index of dirty) {
        const vpn = area.start + index - area.pgoff;
        const leaf = vpn >= area.start && vpn < area.end ? space.leaves.get(vpn) : undefined;
        if (leaf && (leaf.writable || leaf.dirty)) cleaned++;
      }
    }
  return { io: dirty.size, flushPage: cleaned };
}
