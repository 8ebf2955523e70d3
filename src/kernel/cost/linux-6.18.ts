import type { Part, PartCosts } from './parts.ts';

/** What one unit of a part costs, and what that rests on. */
interface Price {
  readonly cycles: number;
  /**
   * `solved`: follows from the medians below as docs/kernel-costs.md derives it; `split`: a sum of parts is measured,
   * their shares are judged; `assumed`: nothing was measured.
   */
  readonly confidence: 'solved' | 'split' | 'assumed';
  readonly source: string;
}

/**
 * Medians measured on Linux 6.18.44, x86-64 KVM guest, AMD EPYC (Milan), time stamp counter at 2.445 GHz; runs vary up
 * to 30 %. The parts of a fault add up to its median: test/kernel/cost.test.ts.
 */
export const MEASURED = {
  nullSyscall: 417,
  zeroPage: 2059,
  cowReuse: 2622,
  demandZero: 4459,
  cowFromZeroPage: 5464,
  cowCopy: 6542,
  sharedAnonFirstWrite: 7302,
  fileReadAroundExt4: 10339,
  fileReadAroundTmpfs: 8208,
  tmpfsSharedWrite: 4362,
  ext4Mkwrite: 7595,
  privateFileWrite: 7473,
  majorRandom: 200092,
  hugeFirstWrite: 414222,
  hugeCowFirstWrite: 31924,
  forkBase: 141537,
  forkPerPage: 177,
  forkPerHugePage: 2162,
  exitBase: 179218,
  exitPerSharedPage: 197,
  exitPerHugePage: 1052,
  mprotectOnePage: 3112,
  mprotectPerPage: 190,
  munmapOnePage: 6150,
  munmapPerPage: 601,
  populatePerPage: 4026,
} as const;

const M = MEASURED;
const pteWrite = 299;
const exception = 1450;
const flushPage = 250;
const flushFull = 600;
const allocate = 1200;
const pageCache = M.privateFileWrite - M.cowCopy + M.cowFromZeroPage - M.demandZero;
const refcount = M.tmpfsSharedWrite - M.zeroPage - pageCache;
const zero = M.demandZero - M.zeroPage - allocate - refcount;
const reuseCheck = M.cowReuse - M.zeroPage;
const cowSetup = M.cowFromZeroPage - M.demandZero - reuseCheck - flushPage;
const copy = M.cowCopy - M.cowFromZeroPage + zero - refcount;
const pageCacheInsert = M.sharedAnonFirstWrite - M.zeroPage - pageCache - allocate - zero - refcount;
const tableWalk = 150;
const vmaLookup = M.zeroPage - pteWrite - exception - tableWalk;
const entry = exception + vmaLookup + tableWalk;
const faultAround = (M.fileReadAroundTmpfs - entry - pageCache) / 16;
const fileSystem = M.fileReadAroundExt4 - M.fileReadAroundTmpfs;
const tableAllocate = allocate + zero;
const hugeAllocate = 2000;
const protectPte = M.mprotectPerPage;
const vmaEdit = M.mprotectOnePage - M.nullSyscall - protectPte - flushPage;

/** The prices of every part; solved one from another in the order of docs/kernel-costs.md. */
export const LINUX_6_18_PRICES: Readonly<Record<Part, Price>> = {
  syscall: solved(M.nullSyscall, 'null system call'),
  exception: split(exception, 'zero-page read fault less VMA lookup, walk and PTE write'),
  vmaLookup: split(vmaLookup, 'zero-page read fault less exception, walk and PTE write'),
  tableWalk: split(tableWalk, 'zero-page read fault less exception, VMA lookup and PTE write'),
  pteWrite: split(pteWrite, 'zero-page read fault less exception, VMA lookup and walk'),
  tableAllocate: split(tableAllocate, 'allocate + zero: a page table is a zeroed page'),
  reuseCheck: solved(reuseCheck, 'COW reuse fault less zero-page fault'),
  cowSetup: split(cowSetup, 'COW from the zero page less demand zero, reuse check and flush'),
  allocate: split(allocate, 'demand-zero fault less zero-page fault, zeroing and reference counts'),
  zero: split(zero, 'demand-zero fault less zero-page fault, allocation and reference counts'),
  copy: split(copy, 'COW copy less COW from the zero page, plus zeroing, less the old page'),
  free: solved(M.munmapPerPage - M.exitPerSharedPage, 'munmap of an own page less exit of a shared one'),
  refcount: solved(refcount, 'shared tmpfs write less zero-page fault and page-cache lookup'),
  pageCache: solved(pageCache, 'private file write less COW copy, with reuse check, flush and set-up'),
  pageCacheInsert: solved(pageCacheInsert, 'first write of shared anonymous memory less its other parts'),
  faultAround: solved(faultAround, 'tmpfs read fault that maps 16 pages, by page'),
  fileSystem: solved(fileSystem, 'ext4 less tmpfs read fault that maps 16 pages'),
  mkwrite: solved(M.ext4Mkwrite - M.zeroPage, 'ext4 mkwrite fault less zero-page fault'),
  io: solved(
    M.majorRandom - entry - 2 * pageCache - pageCacheInsert - faultAround - fileSystem,
    'major fault on a random page of a virtio disk less its other parts',
  ),
  hugeAllocate: split(hugeAllocate, 'part of the first write to a huge page'),
  hugeZero: split(
    M.hugeFirstWrite - entry - pteWrite - tableAllocate - hugeAllocate,
    'first write to a huge page less its other parts (797 cycles a 4 KiB page)',
  ),
  hugeSplit: solved(
    M.hugeCowFirstWrite - M.cowCopy - reuseCheck - flushPage,
    'first write to a shared huge page less COW of one 4 KiB page',
  ),
  hugePte: split(pteWrite, 'as a PTE write'),
  hugeCopy: assumed(512 * copy, '512 times the copy of 4 KiB; Linux 6.18 never does it'),
  flushPage: split(flushPage, 'part of COW copy; about 100 ns in arch/x86/mm/tlb.c'),
  flushFull: assumed(flushFull, 'less than three page flushes'),
  vmaEdit: solved(vmaEdit, 'mprotect of one page less its other parts'),
  unmapBase: solved(
    M.munmapOnePage - M.nullSyscall - vmaEdit - M.munmapPerPage - flushPage,
    'munmap of one page less its other parts',
  ),
  gup: solved(
    M.populatePerPage - tableWalk - pteWrite - allocate - zero - refcount,
    'MAP_POPULATE by page less the fault without its exception',
  ),
  forkBase: solved(M.forkBase - M.nullSyscall - flushFull, 'fork without pages'),
  forkPte: solved(
    Math.round(M.forkPerPage - tableAllocate / 512),
    'fork by resident page less its share of a table',
  ),
  forkHuge: solved(M.forkPerHugePage - tableAllocate, 'fork by huge page less the table set aside'),
  exitBase: solved(M.exitBase - M.nullSyscall - flushFull, 'exit and wait without pages'),
  zapPte: solved(M.exitPerSharedPage, 'exit by shared page'),
  zapHuge: solved(M.exitPerHugePage, 'exit by shared huge page'),
  protectPte: solved(protectPte, 'mprotect by page'),
  movePte: assumed(100, 'half of zapping one'),
  reclaimScan: assumed(300, 'as a PTE write'),
  swap: assumed(M.majorRandom, 'as a random read of the disk'),
};

/** The clock that the figures were counted in, GHz. */
export const MEASURED_GHZ = 2.445;

/** The same as plain numbers, for the meter. */
export const LINUX_6_18_COSTS = Object.fromEntries(
  Object.entries(LINUX_6_18_PRICES).map(([part, price]) => [part, price.cycles]),
) as PartCosts;

function solved(cycles: number, source: string): Price {
  return { cycles, confidence: 'solved', source };
}

function split(cycles: number, source: string): Price {
  return { cycles, confidence: 'split', source };
}

function assumed(cycles: number, source: string): Price {
  return { cycles, confidence: 'assumed', source };
}
