/** Kinds of faults that completed; one fault is of exactly one kind. */
export const FAULT_KINDS = [
  'demandZero',
  'zeroPage',
  'file',
  'shared',
  'fileCopy',
  'cowCopy',
  'cowReuse',
  'mkwrite',
  'swap',
  'hugeDemandZero',
  'hugeZeroPage',
  'hugeReuse',
  'hugeCopy',
  'spurious',
  'tableReuse',
  'tableCopy',
  'accessCopy',
  'mapShared',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** What the kernel did, in plain numbers. */
export class KernelCounters {
  readonly faultsByKind: Record<FaultKind, number> = Object.fromEntries(
    FAULT_KINDS.map((kind) => [kind, 0]),
  ) as Record<FaultKind, number>;
  minor = 0;
  major = 0;
  signals = 0;
  forks = 0;
  ptesCopied = 0;
  hugePtesCopied = 0;
  tablesCopied = 0;
  /** Last-level tables: shared at fork, copied or taken over at a later change, left to a child's agent, copied before it. */
  tablesShared = 0;
  tablesUnshared = 0;
  tablesAdopted = 0;
  tablesDeferred = 0;
  tablesSynced = 0;
  bytesCopied = 0;
  bytesZeroed = 0;
  /** Pages settled in the fault of a neighbour, fetched from elsewhere, merged with a twin, put back. */
  settledAround = 0;
  pagesFetched = 0;
  pagesMerged = 0;
  pagesRestored = 0;
  /** Memory objects ended by their shadow, and the longest chain below any. */
  objectsCollapsed = 0;
  chainPeak = 0;
  /** Interrupts sent to other CPUs for invalidations. */
  ipis = 0;
  framesPeak = 0;
  tablesPeak = 0;
  tables = 0;
  flushPages = 0;
  flushRanges = 0;
  flushFull = 0;
  reclaimed = 0;
  swappedOut = 0;
  swappedIn = 0;
  writtenBack = 0;
  readIn = 0;
  hugeSplits = 0;
  oomKills = 0;

  /** Back to zero, but for what exists now: the end of a warm-up. Peaks begin anew from what is in use. */
  reset(): void {
    const { tables } = this;
    Object.assign(this, new KernelCounters(), { tables, tablesPeak: tables });
  }
}
