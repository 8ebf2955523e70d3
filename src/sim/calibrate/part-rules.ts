import type { Part } from '../../kernel/cost/parts.ts';
import { HUGE } from './commands.ts';
import type { FigureName } from './figures.ts';
import type { PhaseName } from './phases.ts';

/** A measured quantity that a rule refers to, or a part that a rule above it has priced. */
export type Source =
  | { readonly kind: 'figure'; readonly name: FigureName }
  | { readonly kind: 'phase'; readonly name: PhaseName; readonly term: 'fixed' | 'hot' }
  | { readonly kind: 'part'; readonly name: Part }
  | { readonly kind: 'majorFault' };

/** The price of a part is the sum of factor times source. */
export interface PartRule {
  readonly part: Part;
  readonly how: string;
  readonly terms: readonly (readonly [factor: number, source: Source])[];
}

const figure = (name: FigureName): Source => ({ kind: 'figure', name });
const phase = (name: PhaseName, term: 'fixed' | 'hot'): Source => ({ kind: 'phase', name, term });
const part = (name: Part): Source => ({ kind: 'part', name });
const MAJOR_FAULT: Source = { kind: 'majorFault' };

/**
 * A fault with a part less a fault without it. Composed again as the kernel layer composes its faults, the prices
 * give the measured faults back. In an order in which each rule uses only parts above it.
 */
export const PART_RULES: readonly PartRule[] = [
  { part: 'syscall', how: 'getppid', terms: [[1, figure('syscall')]] },
  {
    part: 'vmaLookup',
    how: 'mprotect of a page to what it is, less a null system call (an upper bound: it locks the address space for writing)',
    terms: [
      [1, figure('protectSame')],
      [-1, figure('syscall')],
    ],
  },
  { part: 'protectPte', how: 'mprotect, per page', terms: [[1, phase('protect', 'hot')]] },
  { part: 'pteWrite', how: 'mprotect, per page', terms: [[1, phase('protect', 'hot')]] },
  {
    part: 'tableWalk',
    how: 'MADV_POPULATE_READ per page, less writing the PTE',
    terms: [
      [1, phase('populateRead', 'hot')],
      [-1, part('pteWrite')],
    ],
  },
  { part: 'gup', how: 'nothing: tableWalk is measured by populating and holds it', terms: [] },
  {
    part: 'exception',
    how: 'zero-page read fault, less VMA lookup, table walk and PTE',
    terms: [
      [1, figure('zeroPage')],
      [-1, part('vmaLookup')],
      [-1, part('tableWalk')],
      [-1, part('pteWrite')],
    ],
  },
  {
    part: 'flushPage',
    how: 'mprotect of 32 pages less 8 pages, per page, less a PTE',
    terms: [
      [1 / 24, figure('protect32')],
      [-1 / 24, figure('protect8')],
      [-1, part('protectPte')],
    ],
  },
  {
    part: 'vmaEdit',
    how: 'mprotect of one page, less a null system call, a PTE and its flush',
    terms: [
      [1, figure('protectOne')],
      [-1, part('syscall')],
      [-1, part('protectPte')],
      [-1, part('flushPage')],
    ],
  },
  {
    part: 'flushFull',
    how: 'mprotect of 34 pages, less a null system call, the VMA and 34 PTEs',
    terms: [
      [1, figure('protect34')],
      [-1, part('syscall')],
      [-1, part('vmaEdit')],
      [-34, part('protectPte')],
    ],
  },
  {
    part: 'refcount',
    how: 'fork per page that is write-protected already (it includes copying the PTE)',
    terms: [[1, phase('forkProtected', 'hot')]],
  },
  { part: 'zero', how: 'clearing 4 KiB, 32 MiB in use', terms: [[1, figure('clearFaulted')]] },
  {
    part: 'allocate',
    how: 'demand-zero fault, less a zero-page fault, clearing and one reference count',
    terms: [
      [1, figure('demandZero')],
      [-1, figure('zeroPage')],
      [-1, part('zero')],
      [-1, part('refcount')],
    ],
  },
  {
    part: 'reuseCheck',
    how: 'COW reuse fault, less a zero-page fault',
    terms: [
      [1, figure('cowReuse')],
      [-1, figure('zeroPage')],
    ],
  },
  {
    part: 'cowSetup',
    how: 'COW fault on the zero page, less a demand-zero fault, reuse check and flush',
    terms: [
      [1, figure('cowZero')],
      [-1, figure('demandZero')],
      [-1, part('reuseCheck')],
      [-1, part('flushPage')],
    ],
  },
  {
    part: 'copy',
    how: 'COW copy fault, less a COW fault on the zero page, plus clearing, less a reference count',
    terms: [
      [1, figure('cowCopy')],
      [-1, figure('cowZero')],
      [1, part('zero')],
      [-1, part('refcount')],
    ],
  },
  {
    part: 'free',
    how: 'exit per page of its own, less per shared page',
    terms: [
      [1, phase('exitOwned', 'hot')],
      [-1, phase('exitShared', 'hot')],
    ],
  },
  {
    part: 'pageCache',
    how: 'shared tmpfs write fault, less a zero-page fault and a reference count',
    terms: [
      [1, figure('tmpfsWrite')],
      [-1, figure('zeroPage')],
      [-1, part('refcount')],
    ],
  },
  {
    part: 'faultAround',
    how: 'tmpfs read fault that maps 16 pages, less a zero-page fault without its PTE and a page-cache lookup, per page',
    terms: [
      [1 / 16, figure('tmpfsReadAround')],
      [-1 / 16, figure('zeroPage')],
      [1 / 16, part('pteWrite')],
      [-1 / 16, part('pageCache')],
    ],
  },
  {
    part: 'fileSystem',
    how: 'read fault that maps 16 pages, of a disk file less of tmpfs',
    terms: [
      [1, figure('diskReadAround')],
      [-1, figure('tmpfsReadAround')],
    ],
  },
  {
    part: 'pageCacheInsert',
    how: 'first write to shared anonymous memory, less a demand-zero fault and a page-cache lookup',
    terms: [
      [1, figure('sharedAnon')],
      [-1, figure('demandZero')],
      [-1, part('pageCache')],
    ],
  },
  {
    part: 'mkwrite',
    how: 'page_mkwrite fault on a disk file, less a zero-page fault',
    terms: [
      [1, figure('diskMkwrite')],
      [-1, figure('zeroPage')],
    ],
  },
  {
    part: 'io',
    how: 'major fault by the wall clock, less a fault that maps one cached page of the file, a lookup and an insertion',
    terms: [
      [1, MAJOR_FAULT],
      [-1, figure('diskRead')],
      [-1, part('pageCache')],
      [-1, part('pageCacheInsert')],
    ],
  },
  {
    part: 'tableAllocate',
    how: 'fork per 2 MiB page, which sets a page table aside, less copying one entry',
    terms: [
      [1, phase('forkHuge', 'hot')],
      [-1, phase('fork', 'hot')],
    ],
  },
  {
    part: 'forkBase',
    how: 'fork, fixed part, less a null system call and a flush',
    terms: [
      [1, phase('fork', 'fixed')],
      [-1, part('syscall')],
      [-1, part('flushFull')],
    ],
  },
  {
    part: 'forkPte',
    how: 'fork per page, less its share of a page table',
    terms: [
      [1, phase('fork', 'hot')],
      [-1 / HUGE, part('tableAllocate')],
    ],
  },
  { part: 'forkHuge', how: 'fork per page: one entry is copied', terms: [[1, phase('fork', 'hot')]] },
  {
    part: 'exitBase',
    how: 'exit of a child, fixed part, less a null system call and a flush',
    terms: [
      [1, phase('exitShared', 'fixed')],
      [-1, part('syscall')],
      [-1, part('flushFull')],
    ],
  },
  { part: 'zapPte', how: 'exit per shared page', terms: [[1, phase('exitShared', 'hot')]] },
  { part: 'zapHuge', how: 'exit per shared 2 MiB page', terms: [[1, phase('exitHuge', 'hot')]] },
  {
    part: 'unmapBase',
    how: 'munmap of one page, less a null system call, the VMA, the page, its release and its flush',
    terms: [
      [1, figure('munmapOne')],
      [-1, part('syscall')],
      [-1, part('vmaEdit')],
      [-1, part('zapPte')],
      [-1, part('free')],
      [-1, part('flushPage')],
    ],
  },
  {
    part: 'hugePte',
    how: 'COW reuse fault on a 2 MiB page, less a zero-page fault without its PTE, and the reuse check',
    terms: [
      [1, figure('hugeReuse')],
      [-1, figure('zeroPage')],
      [1, part('pteWrite')],
      [-1, part('reuseCheck')],
    ],
  },
  { part: 'hugeZero', how: 'clearing 4 KiB, 512 times', terms: [[HUGE, part('zero')]] },
  { part: 'hugeCopy', how: 'copying 4 KiB, 512 times', terms: [[HUGE, part('copy')]] },
  {
    part: 'hugeAllocate',
    how: 'first write to a 2 MiB page, less a zero-page fault, the page table set aside and clearing',
    terms: [
      [1, figure('hugeDemandZero')],
      [-1, figure('zeroPage')],
      [1, part('pteWrite')],
      [-1, part('hugePte')],
      [-1, part('tableAllocate')],
      [-1, part('hugeZero')],
    ],
  },
  {
    part: 'hugeSplit',
    how: 'COW fault that splits a 2 MiB page, less a COW copy fault, a reuse check and a flush',
    terms: [
      [1, figure('hugeCowSplit')],
      [-1, figure('cowCopy')],
      [-1, part('reuseCheck')],
      [-1, part('flushPage')],
    ],
  },
];
