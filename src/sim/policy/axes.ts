import type { Policy } from '../../kernel/policy/policy.ts';

export type AxisValue = string | number | boolean;

/** One axis as a policy file writes it, and what its value makes the kernel do. */
export interface PolicyAxis {
  /** Path in a policy file: `sharing.tables`. */
  readonly key: string;
  readonly value: (policy: Policy) => AxisValue;
  /** What fork does because of it; absent where fork does not ask. */
  readonly fork?: (policy: Policy) => string;
  /** What a fault does because of it. */
  readonly fault?: (policy: Policy) => string;
  /** What invalidations, and agents beside the processes, do because of it. */
  readonly beside?: (policy: Policy) => string;
  /** False under policies that never ask this axis; absent = always asked. */
  readonly asked?: (policy: Policy) => boolean;
}

const FORK_TABLES: Readonly<Record<Policy['forkTables'], readonly [fork: string, fault: string]>> = {
  'copy-all': ['copies the page tables of every VMA', 'finds a private table in each address space'],
  'skip-rebuildable': [
    'copies the page tables of VMAs that hold anonymous pages; what faults can rebuild (page cache, memory objects) is skipped',
    'maps again what fork skipped, at the first access to it',
  ],
  'share-leaf': [
    'copies the upper levels; parent and child use the same last-level (PTE) tables, each with a reference count',
    'on a write below a shared table, copies the table first (512 PTEs), or takes it over as its last user; then settles the page. Reads of present pages never fault',
  ],
  'child-copies': [
    'copies the upper levels; an agent on another core copies the last-level (PTE) tables for the child while the parent goes on',
    "on the parent's write below a table not copied yet, copies that table for the child first (proactive synchronisation)",
  ],
  'share-space': [
    "copies nothing: the child runs in the parent's address space",
    "the child's faults are the parent's; its writes are seen by the parent",
  ],
  'copy-pages': [
    'copies every private page at once, with its page table',
    'never copies for a fork: no private page is shared after it',
  ],
  snapshot: [
    "copies nothing: the child runs in the parent's memory, which is remembered",
    'the first write to a page saves what it held; the exit of the child puts the saved pages back',
  ],
};

const PROTECT: Readonly<Record<Policy['protect'], string>> = {
  leaf: 'takes W from the leaf PTEs of private pages, on both sides',
  upper:
    'takes W from the entry above each table that is left for later (x86: W is the AND over all levels); where a mode has no W there (RISC-V), from the leaf PTEs',
  none: 'takes write permission from nothing',
};

const FAULT_ON: Readonly<Record<Policy['faultOn'], readonly [fork: string, fault: string]>> = {
  write: ['leaves pages readable to the child', 'only a write makes a shared page private'],
  access: [
    "makes the child's PTEs of shared pages trap",
    "the child's first access of any kind copies the page",
  ],
  tagged: [
    "makes the child's PTEs of pages with tagged pointers trap",
    "the child's first access to a page with tagged pointers copies it; other pages are copied on write",
  ],
};

const REUSE: Readonly<Record<Policy['reuse'], string>> = {
  exclusive:
    'a write keeps the frame if it is marked exclusive (PageAnonExclusive) or nobody else refers to it',
  refcount: 'a write keeps the frame if nobody else refers to it; a pin (GUP) forces a copy',
  mapcount: 'a write keeps the frame if nobody else maps it, whoever else refers to it',
  never: 'a write to a write-protected page always copies',
};

const SHOOTDOWN: Readonly<Record<Policy['shootdown']['rule'], string>> = {
  broadcast: 'an invalidation flushes the whole address space, on every CPU that has it loaded, by IPI',
  range: 'an invalidation goes page by page up to the threshold, else flushes all; other CPUs by IPI',
  lazy: 'as range, but idle CPUs get no IPI and catch up when they run again',
  latr: 'as range on this CPU; others find a note at their next switch, without an IPI',
};

const usesChain = ({ ownership }: Policy) => ownership.kind === 'shadow-chain';
const sharesTables = ({ forkTables }: Policy) => forkTables === 'share-leaf';
const manyCpus = ({ shootdown }: Policy) => shootdown.cpus > 0;

/** Every axis, in the order of a policy file. kernel/policy/policy.ts is their contract. */
export const POLICY_AXES: readonly PolicyAxis[] = [
  {
    key: 'forkTables',
    value: ({ forkTables }) => forkTables,
    fork: ({ forkTables }) => FORK_TABLES[forkTables][0],
    fault: ({ forkTables }) => FORK_TABLES[forkTables][1],
  },
  {
    key: 'sharing.tables',
    value: ({ sharing }) => sharing.tables,
    fork: ({ sharing }) =>
      sharing.tables === 'any'
        ? 'shares any last-level table, also one that several VMAs use'
        : 'shares a last-level table only where it lies wholly within one VMA; others are copied',
    asked: sharesTables,
  },
  {
    key: 'sharing.vmas',
    value: ({ sharing }) => sharing.vmas,
    fork: ({ sharing }) =>
      sharing.vmas === 'all'
        ? 'shares the tables of all VMAs, also of those that faults could rebuild'
        : 'shares the tables of those VMAs that it would have to copy',
    asked: sharesTables,
  },
  {
    key: 'sharing.accounting',
    value: ({ sharing }) => sharing.accounting,
    fork: ({ sharing }) =>
      sharing.accounting === 'eager'
        ? 'counts the pages of a shared table for every sharer: a look at each of its 512 PTEs'
        : "leaves the pages of a shared table on its owner's account: no look at its PTEs",
    asked: sharesTables,
  },
  {
    key: 'sharing.fillShared',
    value: ({ sharing }) => sharing.fillShared,
    fault: ({ sharing }) =>
      sharing.fillShared
        ? 'a read that brings in a file page fills the shared table, for all who share it'
        : 'any fault below a shared table first makes the table its own',
    asked: sharesTables,
  },
  {
    key: 'copier.speed',
    value: ({ copier }) => copier.speed,
    beside: ({ copier }) => `the agent copies for ${copier.speed} cycles in each cycle of the parent`,
    asked: ({ forkTables }) => forkTables === 'child-copies',
  },
  { key: 'protect', value: ({ protect }) => protect, fork: ({ protect }) => PROTECT[protect] },
  {
    key: 'faultOn',
    value: ({ faultOn }) => faultOn,
    fork: ({ faultOn }) => FAULT_ON[faultOn][0],
    fault: ({ faultOn }) => FAULT_ON[faultOn][1],
    asked: ({ protect }) => protect !== 'none',
  },
  {
    key: 'taggedShare',
    value: ({ taggedShare }) => taggedShare,
    fault: ({ taggedShare }) => `${taggedShare * 100} % of the pages are taken to hold tagged pointers`,
    asked: ({ faultOn }) => faultOn === 'tagged',
  },
  {
    key: 'granule.base',
    value: ({ granule }) => `${granule.pages * 4}K`,
    fault: ({ granule }) =>
      granule.pages === 1
        ? 'a COW fault copies the page of 4 KiB that was written'
        : `a COW fault copies the aligned block of ${granule.pages * 4} KiB, where it is shared`,
  },
  {
    key: 'granule.huge',
    value: ({ granule }) => granule.huge,
    fault: ({ granule }) =>
      granule.huge === 'split'
        ? 'a write to a shared 2 MiB page splits its entry, and copies 4 KiB'
        : 'a write to a shared 2 MiB page copies all of it',
  },
  {
    key: 'hugePages',
    value: ({ hugePages }) => hugePages,
    fault: ({ hugePages }) =>
      hugePages === 'always'
        ? 'a first touch takes 2 MiB wherever that fits'
        : 'a first touch takes 2 MiB where MADV_HUGEPAGE was given and it fits',
  },
  { key: 'reuse', value: ({ reuse }) => reuse, fault: ({ reuse }) => REUSE[reuse] },
  {
    key: 'around',
    value: ({ around }) => around,
    fault: ({ around }) =>
      around === 1
        ? 'a COW fault settles no neighbours'
        : `a COW fault settles all shared pages of the aligned ${around * 4} KiB, so that they fault no more`,
  },
  {
    key: 'pageSource',
    value: ({ pageSource, merge }) => (merge ? 'ksm' : pageSource.kind),
    fault: ({ pageSource }) =>
      pageSource.kind === 'remote'
        ? 'fetches the page from another machine, and waits for it'
        : 'copies from local memory',
    beside: ({ merge }) =>
      merge ? 'ksmd merges anonymous pages of equal contents; a merged page is never reused' : '',
  },
  {
    key: 'remote.latency',
    value: ({ pageSource }) => (pageSource.kind === 'remote' ? pageSource.latency : 0),
    fault: ({ pageSource }) =>
      pageSource.kind === 'remote' ? `waits ${pageSource.latency} cycles for the first byte` : '',
    asked: ({ pageSource }) => pageSource.kind === 'remote',
  },
  {
    key: 'remote.bytesPerCycle',
    value: ({ pageSource }) => (pageSource.kind === 'remote' ? pageSource.bytesPerCycle : 0),
    fault: ({ pageSource }) =>
      pageSource.kind === 'remote' ? `then ${pageSource.bytesPerCycle} bytes arrive a cycle` : '',
    asked: ({ pageSource }) => pageSource.kind === 'remote',
  },
  {
    key: 'ksm.pagesToScan',
    value: ({ merge }) => merge?.pagesToScan ?? 0,
    beside: ({ merge }) => `ksmd looks at ${merge?.pagesToScan} pages in a round (pages_to_scan)`,
    asked: ({ merge }) => merge !== null,
  },
  {
    key: 'ksm.interval',
    value: ({ merge }) => merge?.interval ?? 0,
    beside: ({ merge }) => `and sleeps ${merge?.interval} cycles between two rounds (sleep_millisecs)`,
    asked: ({ merge }) => merge !== null,
  },
  {
    key: 'ksm.duplicates',
    value: ({ merge }) => merge?.duplicates ?? 0,
    beside: ({ merge }) =>
      `where contents are unknown, ${(merge?.duplicates ?? 0) * 100} % of pages have a twin`,
    asked: ({ merge }) => merge !== null,
  },
  {
    key: 'ownership',
    value: ({ ownership }) => ownership.kind,
    fork: (policy) =>
      usesChain(policy)
        ? 'puts a shadow object over each private memory object at the next write to it'
        : 'adds a reference and a mapping to each page whose PTE it copies',
    fault: (policy) =>
      usesChain(policy)
        ? 'looks the page up along the chain of shadow objects: O(length of the chain)'
        : 'asks the counts of the page itself: O(1)',
  },
  {
    key: 'shadow.copy',
    value: ({ ownership }) => (ownership.kind === 'shadow-chain' ? ownership.copy : 'symmetric'),
    fault: ({ ownership }) =>
      ownership.kind === 'shadow-chain' && ownership.copy === 'asymmetric'
        ? 'a source that writes pushes what the page held into the copy object, and keeps its page'
        : 'either side that writes copies into a shadow object of its own',
    asked: usesChain,
  },
  {
    key: 'shadow.collapse',
    value: ({ ownership }) => ownership.kind === 'shadow-chain' && ownership.collapse,
    beside: ({ ownership }) =>
      ownership.kind === 'shadow-chain' && ownership.collapse
        ? 'an object with one shadow left is merged into it'
        : 'objects stay in their chains until the last process ends',
    asked: usesChain,
  },
  {
    key: 'shootdown.rule',
    value: ({ shootdown }) => shootdown.rule,
    beside: ({ shootdown }) => SHOOTDOWN[shootdown.rule],
  },
  {
    key: 'shootdown.threshold',
    value: ({ shootdown }) => shootdown.threshold,
    beside: ({ shootdown }) =>
      `up to ${shootdown.threshold} pages are invalidated one by one (tlb_single_page_flush_ceiling)`,
    asked: ({ shootdown }) => shootdown.rule !== 'broadcast',
  },
  {
    key: 'shootdown.cpus',
    value: ({ shootdown }) => shootdown.cpus,
    beside: ({ shootdown }) =>
      shootdown.cpus === 0
        ? 'no other CPU has the address space loaded: no IPIs'
        : `${shootdown.cpus} other CPUs have the address space loaded`,
  },
  {
    key: 'shootdown.idleCpus',
    value: ({ shootdown }) => shootdown.idleCpus,
    beside: ({ shootdown }) => `${shootdown.idleCpus} of them are idle`,
    asked: (policy) => manyCpus(policy) && policy.shootdown.rule === 'lazy',
  },
  {
    key: 'asids',
    value: ({ asids }) => asids,
    beside: ({ asids }) =>
      asids === 'machine'
        ? 'address spaces have as many hardware tags (ASIDs, PCIDs) as the machine file says'
        : asids === 0
          ? 'address spaces have no hardware tags: each switch empties the TLBs'
          : `address spaces share ${asids} hardware tags`,
  },
];
