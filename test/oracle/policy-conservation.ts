import type { LinuxKernel } from '../../src/kernel/linux.ts';

/** Flag bits of src/kernel/frame/frames.ts by value, as in kernel-conservation.ts. */
const ANON = 1;
const LARGE = 8;
const ZERO = 512;
const HUGE = 512;

/** One entry that leads to a page from some address space, with what all levels together allow. */
interface Reach {
  readonly space: number;
  readonly writable: boolean;
}

/**
 * The laws of kernel-conservation.ts for kernels whose address spaces may share last-level tables and whose policies
 * keep references of their own. Counts what the tables say, each table once, and whom each page can be reached by:
 * - a table's reference count is the number of entries that point to it;
 * - mapcounts equal the entries, reference counts the entries, caches and what policies hold;
 * - nobody can write an anonymous page that anybody else can reach;
 * - resident pages are counted by whoever the accounting says; no frame is leaked.
 */
export function brokenPolicyLaws(kernel: LinuxKernel): string[] {
  const k = kernel.state;
  const { policyMemory, frames } = k;
  const faults: string[] = [];
  const expectEqual = (what: string, believed: number, counted: number): void => {
    if (believed !== counted) faults.push(`${what}: the kernel says ${believed}, the tables ${counted}`);
  };
  const pointers = new Map<number, number>();
  const mapped = new Map<number, number>();
  const references = new Map<number, number>();
  const reach = new Map<number, Reach[]>();
  const tables = new Set<number>();
  const counted = new Set<number>();
  const headOf = (pfn: number): number => (frames.flags[pfn]! & LARGE ? pfn - (pfn % HUGE) : pfn);

  const leaf = (space: number, pfn: number, pages: number, writable: boolean, first: boolean): number => {
    if (frames.flags[pfn]! & ZERO) {
      if (writable) faults.push(`the zero page is writable in address space ${space}`);
      return 0;
    }
    if (first) references.set(headOf(pfn), (references.get(headOf(pfn)) ?? 0) + 1);
    for (let page = pfn; page < pfn + pages; page++) {
      if (first) mapped.set(page, (mapped.get(page) ?? 0) + 1);
      if (!reach.has(page)) reach.set(page, []);
      reach.get(page)!.push({ space, writable });
    }
    return pages;
  };

  const walk = (
    space: number,
    table: number,
    level: number,
    upper: boolean,
  ): { pages: number; tables: number } => {
    tables.add(table);
    const first = level > 1 || !counted.has(table);
    counted.add(table);
    let pages = 0;
    let below = 0;
    for (let index = 0; index < 512; index++) {
      const lo = k.memory.read(table, index * 2);
      const hi = k.memory.read(table, index * 2 + 1);
      if (lo === 0 && hi === 0) continue;
      const pfn = (hi & 0xfffff) * 0x100000 + (lo >>> 12);
      const present = (lo & 1) !== 0;
      const hidden = !present && (lo & 0x100) !== 0;
      const writable = upper && present && (lo & 2) !== 0;
      if (level > 1 && present && (lo & 0x80) === 0) {
        pointers.set(pfn, (pointers.get(pfn) ?? 0) + 1);
        const seen = walk(space, pfn, level - 1, writable);
        const shared = policyMemory.tables.get(pfn);
        const mine = !shared || shared.owner?.id === space || k.policy.sharing.accounting === 'eager';
        pages += mine ? seen.pages : 0;
        below += seen.tables + (mine ? 1 : 0);
      } else if (present || hidden) {
        pages += leaf(space, pfn, level === 2 ? HUGE : 1, writable, first);
      }
    }
    return { pages, tables: below };
  };

  const spaces = new Set([...k.processes.values()].filter(({ zombie }) => !zombie).map(({ mm }) => mm));
  for (const mm of spaces) {
    const seen = walk(mm.id, mm.root, 4, true);
    for (const table of mm.deposits) tables.add(table);
    expectEqual(`resident pages of address space ${mm.id}`, mm.resident, seen.pages);
    expectEqual(`page tables of address space ${mm.id}`, mm.tables, seen.tables + mm.deposits.length);
  }
  for (const [table, count] of pointers)
    expectEqual(`users of table ${table}`, frames.refcount[table]!, count);

  const held = new Map<number, number>();
  const hold = (pfn: number): void => void held.set(headOf(pfn), (held.get(headOf(pfn)) ?? 0) + 1);
  for (const pfn of policyMemory.holders.keys()) hold(pfn);
  for (const session of policyMemory.sessions.values())
    for (const page of session.saved.values())
      if (page.kind === 'page' && (frames.flags[page.pfn]! & ZERO) === 0) hold(page.pfn);
  const cached = new Map<number, number>();
  for (const file of k.files.values()) for (const pfn of file.cache.values()) cached.set(pfn, 1);
  for (const pfn of k.swap.cache.values()) cached.set(pfn, 1);

  let used = tables.size;
  const heads = new Set([...mapped.keys(), ...cached.keys(), ...held.keys()].map(headOf));
  for (const head of heads) {
    used += frames.flags[head]! & LARGE ? HUGE : 1;
    const count = (references.get(head) ?? 0) + (cached.get(head) ?? 0) + (held.get(head) ?? 0);
    expectEqual(`references of frame ${head}`, frames.refcount[head]!, count);
  }
  for (const [pfn, count] of mapped) {
    const entire = frames.flags[pfn]! & LARGE ? k.folios.at(pfn).entire : 0;
    expectEqual(`mappings of frame ${pfn}`, frames.mapcount[pfn]! + entire, count);
  }
  for (const [pfn, entries] of reach) {
    if ((frames.flags[pfn]! & ANON) === 0 || entries.length === 1) continue;
    if (entries.some(({ writable }) => writable))
      faults.push(`frame ${pfn} is private, reached ${entries.length} times, and writable`);
  }
  const zeros = frames.flags.reduce((sum, flags) => sum + (flags & ZERO ? 1 : 0), 0);
  expectEqual('frames in use', k.buddy.usedFrames, used + zeros);
  return faults;
}
