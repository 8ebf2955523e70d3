/** What a policy may know of a page when it decides. */
export interface PageFacts {
  readonly mapcount: number;
  /** Mappings and pins. */
  readonly references: number;
  readonly exclusive: boolean;
  /** The page may be pinned by the process that forks or writes. */
  readonly pinned: boolean;
}

/** What the kernel does, step by step, so that a policy or a bug can do one of them differently. */
export interface KernelRules {
  /** A write to a write-protected page: keep the frame, or copy it? */
  readonly mayReuse: (page: PageFacts) => boolean;
  /** fork: share the page with the child, or copy it at once? */
  readonly copyAtFork: (page: PageFacts) => boolean;
  readonly forkProtectsParent: boolean;
  readonly forkFlushes: boolean;
  readonly forkRaisesCount: boolean;
  readonly exitDropsCount: boolean;
  /** exit frees every frame of the process, whoever else has it. */
  readonly exitFreesAll: boolean;
  readonly copyDropsOld: boolean;
  /** A write by the kernel for the process (read(2) into a buffer) asks for a writable page first. */
  readonly kernelWriteFaults: boolean;
  /** The writer is told of the new frame: its TLB entry for the page goes. */
  readonly copyFlushes: boolean;
  /** Frames that become free are not used again: a frame's number then names one page for good. */
  readonly keepFrames: boolean;
}

/** Linux 6.18's rules (wp_can_reuse_anon_folio, folio_try_dup_anon_rmap) as far as this model goes. */
export const RIGHT_RULES: KernelRules = {
  mayReuse: ({ exclusive, references }) => exclusive || references === 1,
  copyAtFork: ({ pinned }) => pinned,
  forkProtectsParent: true,
  forkFlushes: true,
  forkRaisesCount: true,
  exitDropsCount: true,
  exitFreesAll: false,
  copyDropsOld: true,
  kernelWriteFaults: true,
  copyFlushes: true,
  keepFrames: false,
};
