import { type Command, fault, HUGE, mapping, memory, SYSCALL } from './commands.ts';

/** A single figure of the host, in ns: the lower quartile of a series. */
export interface FigurePlan {
  readonly what: string;
  readonly command: Command;
  readonly series: string;
  /** What one value of the series is divided by (a call on many pages). */
  readonly per?: number;
}

const FAULT_PAGES = 8192;
const HUGE_PAGES = 32 * HUGE;

function faultFigure(what: string, kind: string, pages = FAULT_PAGES): FigurePlan {
  return { what, command: fault(kind, pages), series: 'mean' };
}

function mappingFigure(what: string, pages: number, series: string): FigurePlan {
  return { what, command: mapping(pages), series };
}

function memoryFigure(what: string, pages: number, series: 'clear' | 'copy'): FigurePlan {
  return { what, command: memory(pages), series };
}

/** Working sets for clear and copy: inside the second-level cache, of the size of the fault measurements, beyond all caches. */
const WARM = 32;
const FAULTED = FAULT_PAGES;
const COLD = 65536;

export const FIGURES = {
  syscall: { what: 'null system call (getppid)', command: SYSCALL, series: 'call' },
  zeroPage: faultFigure('read fault, zero page', 'zero-page'),
  demandZero: faultFigure('first write fault, private anonymous', 'demand-zero'),
  cowZero: faultFigure('write fault on the zero page', 'cow-zero'),
  cowCopy: faultFigure('COW copy fault', 'cow-copy'),
  cowReuse: faultFigure('COW reuse fault', 'cow-reuse'),
  sharedAnon: faultFigure('first write fault, shared anonymous', 'shared-anon'),
  tmpfsReadAround: faultFigure('read fault, tmpfs, 16 cached pages around', 'tmpfs-read-around'),
  tmpfsRead: faultFigure('read fault, tmpfs, one cached page around', 'tmpfs-read'),
  tmpfsWrite: faultFigure('shared write fault, tmpfs, page cached', 'tmpfs-write'),
  diskReadAround: faultFigure('read fault, disk file, 16 cached pages around', 'disk-read-around'),
  diskRead: faultFigure('read fault, disk file, one cached page around', 'disk-read'),
  diskMkwrite: faultFigure('shared write fault on a read-only PTE, disk file (page_mkwrite)', 'disk-mkwrite'),
  diskPrivateWrite: faultFigure('private write fault, disk file, nothing mapped', 'disk-private-write'),
  diskCow: faultFigure('private write fault, disk file, page mapped', 'disk-cow'),
  hugeZeroPage: faultFigure('read fault, huge zero page', 'thp-zero-page', HUGE_PAGES),
  hugeDemandZero: faultFigure('first write fault, 2 MiB page', 'thp-first', HUGE_PAGES),
  hugeCowSplit: faultFigure(
    'COW fault that splits a 2 MiB page and copies 4 KiB',
    'thp-cow-split',
    HUGE_PAGES,
  ),
  hugeCowNext: faultFigure('COW copy fault on a split 2 MiB page', 'thp-cow-next', HUGE_PAGES),
  hugeReuse: faultFigure('COW reuse fault, 2 MiB page', 'thp-reuse', HUGE_PAGES),
  protectOne: mappingFigure('mprotect of one page', 1, 'protectReadOnly'),
  protectSame: mappingFigure('mprotect of one page to what it is', 1, 'protectSame'),
  protect8: mappingFigure('mprotect of 8 pages', 8, 'protectReadOnly'),
  protect32: mappingFigure('mprotect of 32 pages (flushed one by one)', 32, 'protectReadOnly'),
  protect34: mappingFigure('mprotect of 34 pages (whole TLB flushed)', 34, 'protectReadOnly'),
  munmapOne: mappingFigure('munmap of one page', 1, 'munmap'),
  dontneedOne: mappingFigure('MADV_DONTNEED of one page', 1, 'dontneed'),
  clearWarm: memoryFigure('clear 4 KiB, 128 KiB in use', WARM, 'clear'),
  clearFaulted: memoryFigure('clear 4 KiB, 32 MiB in use', FAULTED, 'clear'),
  clearCold: memoryFigure('clear 4 KiB, 256 MiB in use', COLD, 'clear'),
  copyWarm: memoryFigure('copy 4 KiB, 256 KiB in use', WARM, 'copy'),
  copyFaulted: memoryFigure('copy 4 KiB, 64 MiB in use', FAULTED, 'copy'),
  copyCold: memoryFigure('copy 4 KiB, 512 MiB in use', COLD, 'copy'),
} as const satisfies Record<string, FigurePlan>;

export type FigureName = keyof typeof FIGURES;
export const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[];

/** Major faults wait for a disk: wall-clock ticks of single faults, median. */
export const MAJOR: FigurePlan = {
  what: 'major read fault, disk file, random order (wall clock)',
  command: fault('disk-major', 4096),
  series: 'median',
};
