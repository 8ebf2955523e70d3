import { type Command, cycle, HUGE, mapping, snapshot, stores } from './commands.ts';
import type { CacheLevel, PhaseShape } from './phase.ts';

/** One phase of work: how it is measured at a size, and what it touches. docs/calibration.md explains each. */
export interface PhasePlan extends PhaseShape {
  readonly what: string;
  /** What n counts. */
  readonly unit: 'page' | 'table' | 'huge page';
  /** The sizes it is calibrated from, in units. */
  readonly sizes: readonly number[];
  readonly command: (n: number) => Command;
  readonly series: string;
  /** The series that says which share of the pages can miss, where that differs from run to run and may be read. */
  readonly exposed?: string;
}

/** A cache line of struct page, and one of user data; a PTE. */
const FOLIO = 64;
const LINE = 64;
const PTE = 8;
const PAGE = 4096;

/** Between two forks of the probe each page is also written once: struct page, data line, PTEs of parent and child. */
const CYCLED = FOLIO + LINE + 2 * PTE;
/** A COW copy reads one page and writes another, and touches both struct pages. */
const COPIED = 2 * PAGE + 2 * FOLIO + 2 * PTE;

const plain = (n: number) => cycle(n);
const rewritten = (n: number) => cycle(n, { child: 'write' });
const scattered = (n: number) => cycle(n, { layout: 'scattered' });
const sparse = (n: number) => cycle(n * HUGE, { layout: 'sparse', step: HUGE });
const huge = (n: number) => cycle(n * HUGE, { layout: 'huge' });
/** The list of n pages, each once, in random order. */
export const shuffledList = (n: number) => `shuffled-${n}`;

const PLAIN_SIZES = [512, 2048, 8192, 32768, 131072];
const MAPPING_SIZES = [1, 64, 512, 4096, 32768];
const REWRITE_SIZES = [64, 512, 5120, 32768, 131072];

export const PHASES = {
  fork: {
    what: 'fork, pages writable (each is write-protected in the parent)',
    unit: 'page',
    sizes: PLAIN_SIZES,
    command: plain,
    series: 'fork',
    bytesPerPage: CYCLED,
    level: 'llc',
    hasFixed: true,
  },
  forkProtected: {
    what: 'fork, pages write-protected already by an earlier fork',
    unit: 'page',
    sizes: [2048, 8192, 32768, 131072],
    command: (n) => cycle(n, { after: 'none' }),
    series: 'fork',
    bytesPerPage: FOLIO + 2 * PTE,
    level: 'llc',
    hasFixed: true,
  },
  forkScattered: {
    what: 'fork, frames scattered',
    unit: 'page',
    sizes: [2048, 8192, 32768, 49152],
    command: scattered,
    series: 'fork',
    exposed: 'breaks',
    // Of the random accesses to struct page, those beyond the second-level cache cost the latency of the next.
    bytesPerPage: FOLIO,
    level: 'l2',
    hasFixed: true,
  },
  forkTable: {
    what: 'fork, one page in each page table',
    unit: 'table',
    sizes: [64, 256, 1024],
    command: sparse,
    series: 'fork',
    bytesPerPage: 2 * PAGE + CYCLED,
    level: 'llc',
    hasFixed: true,
  },
  forkHuge: {
    what: 'fork, 2 MiB pages',
    unit: 'huge page',
    sizes: [16, 64, 256, 512],
    command: huge,
    series: 'fork',
    // A zeroed page table is set aside for each; the parent's writes touch a line of each 4 KiB.
    bytesPerPage: PAGE + HUGE * LINE,
    level: 'llc',
    hasFixed: true,
  },
  exitShared: {
    what: 'exit of a child that shares every page',
    unit: 'page',
    sizes: PLAIN_SIZES,
    command: plain,
    series: 'exit',
    bytesPerPage: CYCLED,
    level: 'llc',
    hasFixed: true,
  },
  exitOwned: {
    what: 'exit of a child that owns a copy of every page',
    unit: 'page',
    sizes: REWRITE_SIZES,
    command: rewritten,
    series: 'exit',
    bytesPerPage: COPIED,
    level: 'llc',
    hasFixed: true,
  },
  exitHuge: {
    what: 'exit of a child that shares 2 MiB pages',
    unit: 'huge page',
    sizes: [16, 64, 256, 512],
    command: huge,
    series: 'exit',
    bytesPerPage: PAGE + HUGE * LINE,
    level: 'llc',
    hasFixed: true,
  },
  cowCopy: {
    what: 'COW copy faults, in address order',
    unit: 'page',
    sizes: REWRITE_SIZES,
    command: rewritten,
    series: 'child',
    bytesPerPage: COPIED,
    level: 'llc',
    hasFixed: false,
  },
  cowCopyScattered: {
    what: 'COW copy faults, in random order',
    unit: 'page',
    sizes: [64, 1024, 4096, 32768],
    command: (n) => snapshot(n, shuffledList(n)),
    series: 'write',
    bytesPerPage: COPIED,
    level: 'llc',
    hasFixed: false,
  },
  cowReuse: {
    what: 'COW reuse faults, in address order',
    unit: 'page',
    sizes: PLAIN_SIZES,
    command: plain,
    series: 'after',
    bytesPerPage: CYCLED,
    level: 'llc',
    hasFixed: false,
  },
  store: {
    what: 'stores to resident pages in random order',
    unit: 'page',
    sizes: [1024, 4096, 32768],
    command: (n) => stores(n, shuffledList(n)),
    series: 'stores',
    bytesPerPage: LINE + PTE,
    level: 'l2',
    hasFixed: false,
  },
  populate: mappingPhase(
    'MADV_POPULATE_WRITE, demand-zero without exceptions',
    'populateWrite',
    PAGE + FOLIO + PTE,
  ),
  populateRead: mappingPhase('MADV_POPULATE_READ, the zero page into every PTE', 'populateRead', PTE),
  protect: mappingPhase('mprotect to read-only', 'protectReadOnly', FOLIO + PTE),
  dontneed: mappingPhase('MADV_DONTNEED', 'dontneed', FOLIO + PTE),
  munmap: mappingPhase('munmap', 'munmap', FOLIO + PTE),
} as const satisfies Record<string, PhasePlan>;

export type PhaseName = keyof typeof PHASES;
export const PHASE_NAMES = Object.keys(PHASES) as PhaseName[];

function mappingPhase(
  what: string,
  series: string,
  bytesPerPage: number,
  level: CacheLevel = 'l2',
): PhasePlan {
  return {
    what,
    unit: 'page',
    sizes: MAPPING_SIZES,
    command: (n) => mapping(n),
    series,
    bytesPerPage,
    level,
    hasFixed: true,
  };
}

/** The phases whose cost depends on the caches enough to find out their capacity from. */
export const CACHE_PHASES: readonly PhaseName[] = ['cowCopy', 'cowReuse', 'populate'];
