import type { LinuxKernel } from '../../src/kernel/linux.ts';
import type { Mm } from '../../src/kernel/mm.ts';
import type { VmaMemory } from '../../src/kernel/proc/smaps.ts';
import type { Vma } from '../../src/kernel/vma/vma.ts';

/** Flag bits of src/kernel/frame/frames.ts and vma/flags.ts, said again by value: the oracle shares no code with them. */
const ANON = 1;
const DIRTY = 4;
const LARGE = 8;
const SWAPBACKED = 16;
const REFERENCED = 32;
const ZERO = 512;
const LOCKED = 32;

/** What an x86-64 page table says of one page, read word by word from the root. */
type Entry =
  | { readonly kind: 'none' | 'swap' }
  | { readonly kind: 'page'; readonly pfn: number; readonly lo: number; readonly huge: boolean };

export function entryAt(kernel: LinuxKernel, root: number, vpn: number): Entry {
  const { memory } = kernel.state;
  let table = root;
  for (let level = 4; ; level--) {
    const word = (Math.floor(vpn / 512 ** (level - 1)) % 512) * 2;
    const lo = memory.read(table, word);
    const hi = memory.read(table, word + 1);
    if (lo === 0 && hi === 0) return { kind: 'none' };
    const pfn = (hi & 0xfffff) * 2 ** 20 + (lo >>> 12);
    // PROT_NONE: not present, but with the global bit.
    const mapped = (lo & 1) !== 0 || (lo & 0x100) !== 0;
    const huge = level === 2 && (lo & 0x80) !== 0;
    if (level === 1 && !mapped) return { kind: 'swap' };
    if (level === 1 || huge) return { kind: 'page', pfn: pfn + (huge ? vpn % 512 : 0), lo, huge };
    table = pfn;
  }
}

/** How often each frame is mapped, by looking at every page of every VMA of every address space. */
export function mapcounts(kernel: LinuxKernel): Map<number, number> {
  const counts = new Map<number, number>();
  for (const mm of spacesOf(kernel))
    for (const vma of mm.vmas)
      for (let vpn = vma.start; vpn < vma.end; vpn++) {
        const entry = entryAt(kernel, mm.root, vpn);
        if (entry.kind === 'page') counts.set(entry.pfn, (counts.get(entry.pfn) ?? 0) + 1);
      }
  return counts;
}

export function spacesOf(kernel: LinuxKernel): Set<Mm> {
  return new Set([...kernel.state.processes.values()].filter(({ zombie }) => !zombie).map(({ mm }) => mm));
}

/** smaps of one VMA as Documentation/filesystems/proc.rst defines its lines, page by page. */
export function smapsOf(kernel: LinuxKernel, mm: Mm, vma: Vma, counts: Map<number, number>): VmaMemory {
  const { frames, files } = kernel.state;
  const pages = Array.from({ length: vma.end - vma.start }, (_, i) =>
    entryAt(kernel, mm.root, vma.start + i),
  );
  const mapped = pages.flatMap((entry) => {
    if (entry.kind !== 'page') return [];
    const flags = frames.flags[entry.pfn]!;
    if (flags & ZERO) return [];
    const head = frames.flags[flags & LARGE ? entry.pfn - (entry.pfn % 512) : entry.pfn]!;
    const count = counts.get(entry.pfn)!;
    return {
      anon: (flags & ANON) !== 0,
      memoryFile: (flags & ANON) === 0 && files.get(frames.mapping[entry.pfn]!)!.fs === 'tmpfs',
      dirty: (entry.lo & 0x40) !== 0 || (head & DIRTY) !== 0,
      referenced: (entry.lo & 0x20) !== 0 || (head & REFERENCED) !== 0,
      given: (head & SWAPBACKED) === 0,
      huge: entry.huge,
      shared: count > 1,
      pss: Math.floor(2 ** 24 / count),
    };
  });
  type Page = (typeof mapped)[number];
  const bytes = (which: (page: Page) => boolean) => 4096 * mapped.filter(which).length;
  const pss = (which: (page: Page) => boolean) =>
    mapped.filter(which).reduce((sum, page) => sum + page.pss, 0);
  return {
    resident: bytes(() => true),
    pss: pss(() => true),
    pssDirty: pss(({ dirty }) => dirty),
    pssLocked: pss(() => (vma.flags & LOCKED) !== 0),
    pssAnon: pss(({ anon }) => anon),
    pssFile: pss(({ anon, memoryFile }) => !anon && !memoryFile),
    pssShmem: pss(({ memoryFile }) => memoryFile),
    sharedClean: bytes(({ shared, dirty }) => shared && !dirty),
    sharedDirty: bytes(({ shared, dirty }) => shared && dirty),
    privateClean: bytes(({ shared, dirty }) => !shared && !dirty),
    privateDirty: bytes(({ shared, dirty }) => !shared && dirty),
    referenced: bytes(({ referenced }) => referenced),
    anonymous: bytes(({ anon }) => anon),
    lazyFree: bytes(({ anon, given, dirty }) => anon && given && !dirty),
    anonHugePages: bytes(({ huge }) => huge),
    swap: 4096 * pages.filter(({ kind }) => kind === 'swap').length,
  };
}
