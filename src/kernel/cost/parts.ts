/**
 * What kernel work is made of. Each part has a price in a cost preset and becomes a ledger line of its own below the
 * operation it was done for: `kernel.fault.cowCopy.copy`.
 */
export const PARTS = [
  'exception',
  'syscall',
  'vmaLookup',
  'tableWalk',
  'tableAllocate',
  'pteWrite',
  'reuseCheck',
  'cowSetup',
  'allocate',
  'zero',
  'copy',
  'free',
  'refcount',
  'pageCache',
  'pageCacheInsert',
  'faultAround',
  'fileSystem',
  'mkwrite',
  'io',
  'hugeAllocate',
  'hugeZero',
  'hugeSplit',
  'hugePte',
  'hugeCopy',
  'flushPage',
  'flushFull',
  'vmaEdit',
  'unmapBase',
  'gup',
  'forkBase',
  'forkPte',
  'forkHuge',
  'exitBase',
  'zapPte',
  'zapHuge',
  'protectPte',
  'movePte',
  'reclaimScan',
  'swap',
] as const;

export type Part = (typeof PARTS)[number];

/** Cycles for one unit of each part (a page, a PTE, a call). */
export type PartCosts = Readonly<Record<Part, number>>;

/** All work for nothing: for runs that count events only. */
export const FREE_OF_CHARGE: PartCosts = Object.fromEntries(PARTS.map((part) => [part, 0])) as Record<
  Part,
  number
>;
