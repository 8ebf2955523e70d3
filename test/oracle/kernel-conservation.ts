import type { LinuxKernel } from '../../src/kernel/linux.ts';

/** Flag bits of src/kernel/frame/frames.ts, said again here by value: the oracle shares no code with the kernel. */
const ANON = 1;
const LARGE = 8;
const ZERO = 512;
const HUGE = 512;

interface Tally {
  /** PTEs that map this very page; PMDs count for each of the 512. */
  readonly mapped: Map<number, number>;
  /** References that page tables hold on a folio, by head. */
  readonly references: Map<number, number>;
  /** Frames that hold page tables. */
  readonly tables: Set<number>;
  readonly faults: string[];
}

/**
 * Counts what page tables really say, by reading x86-64 tables word by word from every root, and compares with what the
 * kernel believes. Returns the laws that are broken, in words; empty when all hold:
 * mapcounts equal the mappings, reference counts the mappings and caches, no frame is leaked or used twice, no writable
 * PTE points to a private frame that another address space maps, resident counts are right.
 */
export function brokenLaws(kernel: LinuxKernel): string[] {
  const k = kernel.state;
  const tally: Tally = { mapped: new Map(), references: new Map(), tables: new Set(), faults: [] };
  const writers = new Map<number, number>();
  const spaces = new Set([...k.processes.values()].filter((process) => !process.zombie).map(({ mm }) => mm));
  for (const mm of spaces) {
    tally.tables.add(mm.root);
    const seen = walk(kernel, tally, writers, mm.root, 4);
    for (const table of mm.deposits) tally.tables.add(table);
    expectEqual(tally, `resident pages of address space ${mm.id}`, mm.resident, seen.resident);
    expectEqual(tally, `page tables of address space ${mm.id}`, mm.tables, seen.tables + mm.deposits.length);
  }
  let used = tally.tables.size;
  const cached = new Map<number, number>();
  for (const file of k.files.values()) for (const pfn of file.cache.values()) cached.set(pfn, 1);
  for (const pfn of k.swap.cache.values()) cached.set(pfn, 1);
  const heads = new Set<number>();
  for (const pfn of [...tally.mapped.keys(), ...cached.keys()]) heads.add(headOf(k.frames.flags[pfn]!, pfn));
  for (const head of heads) {
    const large = (k.frames.flags[head]! & LARGE) !== 0;
    used += large ? HUGE : 1;
    const references = (tally.references.get(head) ?? 0) + (cached.get(head) ?? 0);
    expectEqual(tally, `references of frame ${head}`, k.frames.refcount[head]!, references);
  }
  for (const [pfn, count] of tally.mapped) {
    const entire = k.frames.flags[pfn]! & LARGE ? k.folios.at(pfn).entire : 0;
    expectEqual(tally, `mappings of frame ${pfn}`, k.frames.mapcount[pfn]! + entire, count);
    const writes = writers.get(pfn) ?? 0;
    if (writes > 0 && k.frames.flags[pfn]! & ANON && count > 1)
      tally.faults.push(`frame ${pfn} is private, mapped ${count} times, and writable`);
  }
  const zeros = k.frames.flags.reduce((sum, flags) => sum + (flags & ZERO ? 1 : 0), 0);
  expectEqual(tally, 'frames in use', k.buddy.usedFrames, used + zeros);
  return tally.faults;
}

/** One table of a level, all below it included; resident pages and tables seen. */
function walk(
  kernel: LinuxKernel,
  tally: Tally,
  writers: Map<number, number>,
  table: number,
  level: number,
): { resident: number; tables: number } {
  const k = kernel.state;
  let resident = 0;
  let tables = 0;
  for (let index = 0; index < 512; index++) {
    const lo = k.memory.read(table, index * 2);
    const hi = k.memory.read(table, index * 2 + 1);
    if (lo === 0 && hi === 0) continue;
    const pfn = (hi & 0xfffff) * 0x100000 + (lo >>> 12);
    const present = (lo & 1) !== 0;
    const hidden = !present && (lo & 0x100) !== 0;
    if (level > 1 && present && (lo & 0x80) === 0) {
      tally.tables.add(pfn);
      const below = walk(kernel, tally, writers, pfn, level - 1);
      resident += below.resident;
      tables += below.tables + 1;
      continue;
    }
    if (!present && !hidden) continue;
    if (k.frames.flags[pfn]! & ZERO) {
      if (present && lo & 2) tally.faults.push(`the zero page is writable in table ${table}`);
      continue;
    }
    const pages = level === 2 ? HUGE : 1;
    resident += pages;
    const head = headOf(k.frames.flags[pfn]!, pfn);
    tally.references.set(head, (tally.references.get(head) ?? 0) + 1);
    for (let page = pfn; page < pfn + pages; page++) {
      tally.mapped.set(page, (tally.mapped.get(page) ?? 0) + 1);
      if (present && lo & 2) writers.set(page, (writers.get(page) ?? 0) + 1);
    }
  }
  return { resident, tables };
}

function headOf(flags: number, pfn: number): number {
  return flags & LARGE ? pfn - (pfn % HUGE) : pfn;
}

function expectEqual(tally: Tally, what: string, believed: number, counted: number): void {
  if (believed !== counted) tally.faults.push(`${what}: the kernel says ${believed}, the tables ${counted}`);
}
