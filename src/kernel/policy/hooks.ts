/** One VMA at fork, as a policy module sees it. Sizes in pages of 4 KiB. */
export interface ForkedArea {
  readonly start: number;
  readonly pages: number;
  /** Letters of `r`, `w`, `x`. */
  readonly prot: string;
  readonly shared: boolean;
  /** Name of the file behind it; null for anonymous memory. */
  readonly file: string | null;
  /** It may hold pages that no fault could rebuild. */
  readonly written: boolean;
}

/** A write-protected private page that is written, as a policy module sees it. */
export interface WrittenPage {
  readonly pid: number;
  readonly vpn: number;
  /** Page-table entries that map it, and references of any kind. */
  readonly mapcount: number;
  readonly refcount: number;
  /** No other process can have it. */
  readonly exclusive: boolean;
  /** Part of a 2 MiB page. */
  readonly huge: boolean;
}

/** Who forked or ended, and what has been done for whom so far. */
export interface ProcessEvent {
  readonly pid: number;
  readonly parent: number;
  readonly residentPages: number;
}

/**
 * What a policy module may decide or watch. A hook that answers undefined leaves the decision to the axes. Hooks are
 * called in the order of simulated time and must not depend on anything else, or runs are no longer reproducible.
 */
export interface PolicyHooks {
  /** What fork does about one VMA: copy its page tables, leave it to faults, share its tables, copy its pages. */
  onFork?(
    area: ForkedArea,
    process: ProcessEvent,
  ): 'copy-tables' | 'skip' | 'share-tables' | 'copy-pages' | undefined;
  /** Whether a write keeps the frame or gets a copy. Keeping one that others map breaks their isolation. */
  onWriteFault?(page: WrittenPage): 'reuse' | 'copy' | undefined;
  /** A process has ended; its address space is about to go. */
  onExit?(process: ProcessEvent): void;
}
