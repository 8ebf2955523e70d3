/** What a kernel decides at fork and at a write to shared memory, as data. Each axis is read in one place. */
export interface Policy {
  readonly name: string;
  /**
   * Which VMAs fork copies page tables of (fork.ts). `skip-rebuildable`: only those with an anon_vma, since faults
   * can rebuild the rest (vma_needs_copy); `all`: every VMA.
   */
  readonly forkTables: 'skip-rebuildable' | 'all';
  /**
   * When a write to a write-protected anonymous page may keep the frame (cow.ts): `exclusive` = PageAnonExclusive, or
   * no reference but ours; `refcount` = no reference but ours; `mapcount` = no mapping but ours; `never`.
   */
  readonly reuse: 'exclusive' | 'refcount' | 'mapcount' | 'never';
  /** A write to a shared 2 MiB page: `split` it and copy 4 KiB, or `copy` it whole. */
  readonly hugeCow: 'split' | 'copy';
  /** Neighbours of a copied page that are copied in the same fault. */
  readonly copyAround: number;
  /** TLB invalidation by range up to this many pages, whole address space above (tlb_single_page_flush_ceiling). */
  readonly flushCeiling: number;
}

/** Linux 6.18, x86-64: vma_needs_copy, PageAnonExclusive, do_huge_pmd_wp_page, tlb_single_page_flush_ceiling. */
export const LINUX_6_18: Policy = {
  name: 'linux-6.18',
  forkTables: 'skip-rebuildable',
  reuse: 'exclusive',
  hugeCow: 'split',
  copyAround: 0,
  flushCeiling: 33,
};
