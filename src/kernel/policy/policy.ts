import { type PolicyPrices, USUAL_PRICES } from './prices.ts';

/**
 * What a kernel decides at fork and at a write to shared memory, as data: a point on axes that are independent of each
 * other as far as they can be (sim/policy/rules.ts names the pairs that contradict). Each axis is read in one place.
 * docs/policies/README.md explains them; policies/*.yaml are the published points.
 */
export interface Policy {
  readonly name: string;
  /** What fork does about the parent's private memory. */
  readonly forkTables: ForkTables;
  readonly sharing: LeafSharing;
  readonly copier: Copier;
  /**
   * What fork takes write permission from: every leaf entry; the entry above a leaf table (where the paging mode gives
   * that entry a say, otherwise the leaves); nothing.
   */
  readonly protect: 'leaf' | 'upper' | 'none';
  /** Which first access of a child to a page makes it the child's own. */
  readonly faultOn: 'write' | 'access' | 'tagged';
  /** Of `tagged`: the share of pages, 0 to 1, that hold tagged pointers; those are copied at any access. */
  readonly taggedShare: number;
  readonly granule: Granule;
  /** `always`: every mapping that can hold huge pages does, advised or not. */
  readonly hugePages: 'advised' | 'always';
  /**
   * When a write to a write-protected anonymous page may keep the frame (cow.ts): `exclusive` = PageAnonExclusive, or
   * no reference but ours; `refcount` = no reference but ours; `mapcount` = no mapping but ours; `never`.
   */
  readonly reuse: 'exclusive' | 'refcount' | 'mapcount' | 'never';
  /** Pages of the aligned window whose shared pages are settled in the same fault; 1 = the faulting page alone. */
  readonly around: number;
  /** Where the copy of a page that the child does not have yet comes from. */
  readonly pageSource: PageSource;
  readonly merge: Merging | null;
  readonly ownership: Ownership;
  readonly shootdown: Shootdown;
  /** Hardware address-space tags that the kernel uses: `machine` = as many as the machine file says, 0 = none. */
  readonly asids: 'machine' | number;
  /** Prices of the work that Linux 6.18 does not know. */
  readonly prices: PolicyPrices;
}

/**
 * - `copy-all`: the page tables of every VMA.
 * - `skip-rebuildable`: those of VMAs that hold anonymous pages, since faults can rebuild the rest (vma_needs_copy);
 *   with `ownership: shadow-chain` faults can rebuild everything.
 * - `share-leaf`: the upper levels; last-level tables are used by both until one side writes.
 * - `child-copies`: the upper levels; the child copies the last level on another core while the parent goes on.
 * - `share-space`: nothing, the child runs in the parent's address space (vfork).
 * - `copy-pages`: every private page, at once.
 * - `snapshot`: nothing, the child runs in the parent's address space and what it dirtied is put back when it ends.
 */
export type ForkTables =
  | 'copy-all'
  | 'skip-rebuildable'
  | 'share-leaf'
  | 'child-copies'
  | 'share-space'
  | 'copy-pages'
  | 'snapshot';

/** How `share-leaf` shares. */
export interface LeafSharing {
  /** `one-vma`: tables that lie wholly within one VMA; `any`: also those at the edges, that several VMAs use. */
  readonly tables: 'one-vma' | 'any';
  /** `needed`: VMAs that fork would have to copy; `all`: also those that faults could rebuild. */
  readonly vmas: 'needed' | 'all';
  /**
   * Resident pages and tables of a shared table count for its owner alone (`deferred`), or for every sharer, which
   * takes a look at each entry at fork (`eager`).
   */
  readonly accounting: 'deferred' | 'eager';
  /** A read fault on a file page fills the shared table for all sharers instead of making a table of one's own. */
  readonly fillShared: boolean;
}

/** The agent of `child-copies`. */
export interface Copier {
  /** Cycles of copying that it does in one cycle of the parent: 1 = a core of its own, 0 = none before it must. */
  readonly speed: number;
}

export interface Granule {
  /** Pages of 4 KiB that a write fault copies as one block, where they are shared: 1, 2, 4 ... 512. */
  readonly pages: number;
  /** A write to a shared 2 MiB page: `split` it and copy 4 KiB, or `copy` it whole. */
  readonly huge: 'split' | 'copy';
}

export type PageSource =
  | { readonly kind: 'local' }
  /** Another machine: cycles until the first byte is there, and bytes a cycle from then on. */
  | { readonly kind: 'remote'; readonly latency: number; readonly bytesPerCycle: number };

/** ksmd: pages of equal contents become one. */
export interface Merging {
  /** Pages looked at in one round (pages_to_scan), and cycles between two rounds (sleep_millisecs). */
  readonly pagesToScan: number;
  readonly interval: number;
  /** Where a run keeps no contents: the share of anonymous pages, 0 to 1, that are taken to have a twin. */
  readonly duplicates: number;
}

export type Ownership =
  /** A frame counts who maps it. */
  | { readonly kind: 'refcount' }
  /** A frame belongs to a memory object; an object may be the shadow of another. */
  | { readonly kind: 'shadow-chain'; readonly copy: 'symmetric' | 'asymmetric'; readonly collapse: boolean };

export interface Shootdown {
  /**
   * `broadcast`: the whole address space, on every CPU; `range`: page by page up to `threshold` pages, on every CPU;
   * `lazy`: as range, but idle CPUs are left to find out; `latr`: as range here, others when they next switch.
   */
  readonly rule: 'broadcast' | 'range' | 'lazy' | 'latr';
  /** Pages up to which a range is invalidated page by page (tlb_single_page_flush_ceiling). */
  readonly threshold: number;
  /** Other CPUs on which an address space is loaded, and how many of those idle. */
  readonly cpus: number;
  readonly idleCpus: number;
}

/** Linux 6.18, x86-64: vma_needs_copy, PageAnonExclusive, do_huge_pmd_wp_page, tlb_single_page_flush_ceiling. */
export const LINUX_6_18: Policy = {
  name: 'linux-6.18',
  forkTables: 'skip-rebuildable',
  sharing: { tables: 'one-vma', vmas: 'needed', accounting: 'deferred', fillShared: false },
  copier: { speed: 1 },
  protect: 'leaf',
  faultOn: 'write',
  taggedShare: 0,
  granule: { pages: 1, huge: 'split' },
  hugePages: 'advised',
  reuse: 'exclusive',
  around: 1,
  pageSource: { kind: 'local' },
  merge: null,
  ownership: { kind: 'refcount' },
  shootdown: { rule: 'range', threshold: 33, cpus: 0, idleCpus: 0 },
  asids: 'machine',
  prices: USUAL_PRICES,
};
