import type { LinuxKernel } from '../../src/kernel/linux.ts';

/** Bits of x86-64 entries and of src/kernel/frame/frames.ts by value: the oracle shares no code with the kernel. */
const PRESENT = 1;
const WRITABLE = 2;
const ACCESSED = 32;
const DIRTY = 64;
const LEAF_ABOVE = 128;
const PROT_NONE = 256;
const PG_DIRTY = 4;
const LARGE = 8;
const ZERO = 512;

export const HUGE = 512;

/** A leaf, or the entry that stands for a page on swap, whose `pfn` is the slot then. */
export interface Leaf {
  readonly pfn: number;
  readonly huge: boolean;
  readonly swap: boolean;
  readonly zero: boolean;
  readonly writable: boolean;
  readonly dirty: boolean;
  readonly young: boolean;
}

export interface Area {
  readonly start: number;
  readonly end: number;
  readonly flags: number;
  /** Number of the file behind it, 0 for none. */
  readonly file: number;
  readonly pgoff: number;
  readonly hasAnonVma: boolean;
}

/** One address space: entries by page (a huge leaf by its first), VMAs, tables below the root. */
export interface Space {
  readonly leaves: ReadonlyMap<number, Leaf>;
  readonly areas: readonly Area[];
  readonly tables: number;
  readonly lastLevelTables: ReadonlySet<number>;
  readonly users: number;
}

/** What there is at one moment, read from the page tables word by word. */
export interface KernelView {
  /** By number of the address space. */
  readonly spaces: ReadonlyMap<number, Space>;
  /** Cached pages by number of the file. */
  readonly cached: ReadonlyMap<number, ReadonlyMap<number, number>>;
  /** Of those, the ones that are to be written back. */
  readonly dirty: ReadonlyMap<number, ReadonlySet<number>>;
  /** Swap slots that are in memory too, and pages of files that are on swap only. */
  readonly swapCache: ReadonlySet<number>;
  readonly swapped: ReadonlyMap<number, ReadonlySet<number>>;
  /** Frames outside large folios that are mapped or cached. */
  readonly held: ReadonlySet<number>;
  /** Entries that refer to each swap slot. */
  readonly slots: ReadonlyMap<number, number>;
}

export function viewOf(kernel: LinuxKernel): KernelView {
  const k = kernel.state;
  const held = new Set<number>();
  const slots = new Map<number, number>();
  const hold = (pfn: number): void => {
    if ((k.frames.flags[pfn]! & (LARGE | ZERO)) === 0) held.add(pfn);
  };
  const spaces = new Map<number, Space>();
  for (const { zombie, mm } of k.processes.values()) {
    if (zombie || spaces.has(mm.id)) continue;
    const leaves = new Map<number, Leaf>();
    const lastLevelTables = new Set<number>();
    let tables = mm.deposits.length;
    const walk = (table: number, level: number, base: number): void => {
      if (level === 1) lastLevelTables.add(base);
      for (let index = 0; index < HUGE; index++) {
        const lo = k.memory.read(table, index * 2);
        if (lo === 0) continue;
        const pfn = (k.memory.read(table, index * 2 + 1) & 0xfffff) * 0x100000 + (lo >>> 12);
        const vpn = base + index * HUGE ** (level - 1);
        if (level > 1 && (lo & PRESENT) !== 0 && (lo & LEAF_ABOVE) === 0) {
          tables++;
          walk(pfn, level - 1, vpn);
          continue;
        }
        const swap = (lo & (PRESENT | PROT_NONE)) === 0;
        if (swap) slots.set(pfn, (slots.get(pfn) ?? 0) + 1);
        else hold(pfn);
        leaves.set(vpn, {
          pfn,
          huge: level === 2,
          swap,
          zero: !swap && (k.frames.flags[pfn]! & ZERO) !== 0,
          writable: (lo & (PRESENT | WRITABLE)) === (PRESENT | WRITABLE),
          dirty: (lo & DIRTY) !== 0,
          young: (lo & ACCESSED) !== 0,
        });
      }
    };
    walk(mm.root, 4, 0);
    const areas = [...mm.vmas].map(({ start, end, flags, file, pgoff, anonVma }) => ({
      start,
      end,
      flags,
      pgoff,
      file: file?.id ?? 0,
      hasAnonVma: anonVma !== undefined,
    }));
    spaces.set(mm.id, { leaves, areas, tables, lastLevelTables, users: mm.users });
  }
  const cached = new Map([...k.files].map(([id, { cache }]) => [id, new Map(cache)]));
  const dirty = new Map(
    [...cached].map(([id, pages]) => [
      id,
      new Set([...pages].filter(([, pfn]) => k.frames.flags[pfn]! & PG_DIRTY).map(([index]) => index)),
    ]),
  );
  for (const pages of cached.values()) for (const pfn of pages.values()) hold(pfn);
  for (const pfn of k.swap.cache.values()) hold(pfn);
  const swapped = new Map([...k.files].map(([id, file]) => [id, new Set(file.swapped.keys())]));
  return { spaces, cached, dirty, swapped, swapCache: new Set(k.swap.cache.keys()), held, slots };
}

/** The entry over a page. */
export function leafAt({ leaves }: Space, vpn: number): Leaf | undefined {
  const leaf = leaves.get(vpn);
  if (leaf) return leaf;
  const huge = leaves.get(vpn - (vpn % HUGE));
  return huge?.huge ? huge : undefined;
}

/** The parts of VMAs that lie in [start, end), in order. */
export function piecesOf({ areas }: Space, start: number, end: number): Area[] {
  return areas
    .filter((area) => area.start < end && area.end > start)
    .map((area) => ({ ...area, start: Math.max(area.start, start), end: Math.min(area.end, end) }))
    .filter((area) => area.start < area.end);
}

/**
 * Entries of `before` that are in `after` too and lead elsewhere, or have other A and D bits, in words. A huge leaf may
 * have become small ones to the same frames. `old`: A is clear in all of them now.
 */
export function changedEntries(before: Space, after: Space, old = false): string[] {
  const changed: string[] = [];
  for (const [vpn, was] of before.leaves)
    for (let i = 0; i < (was.huge ? HUGE : 1); i += 1) {
      const is = leafAt(after, vpn + i);
      if (!is || was.swap) continue;
      const frame = is.huge ? is.pfn + i : is.pfn;
      const same = was.zero || frame === was.pfn + i;
      if (!same || is.dirty !== (was.dirty && !was.zero) || is.young !== (was.young && !old))
        changed.push(`page ${vpn + i}`);
      if (is.huge) break;
    }
  return changed;
}
