/** Kinds of lines that random scenarios are made of, and how often each comes. */
export type LineKind =
  | 'mmap'
  | 'munmap'
  | 'mprotect'
  | 'madvise'
  | 'mremap'
  | 'msync'
  | 'mlock'
  | 'munlock'
  | 'r'
  | 'w'
  | 'rr'
  | 'ww'
  | 'kr'
  | 'kw'
  | 'fork'
  | 'exit'
  | 'wait'
  | 'file'
  | 'look';

type FileOperation = 'fileread' | 'filewrite' | 'ftruncate' | 'fsync' | 'dropcache' | 'cached';

export interface Profile {
  readonly weights: Readonly<Partial<Record<LineKind, number>>>;
  readonly advices: Readonly<Record<string, number>>;
  readonly fileOperations: Readonly<Partial<Record<FileOperation, number>>>;
  /** At most so many files; 0 for anonymous memory only. */
  readonly files: number;
  /** How often a mapping asks for huge pages. */
  readonly thp: number;
  /** Fewest and most lines. */
  readonly operations: readonly [number, number];
}

const ACCESSES = { r: 10, w: 14, rr: 4, ww: 6, kr: 2, kw: 2 };
const FAMILY = { fork: 6, exit: 3, wait: 2 };

const FLAG_ADVICES = {
  dontfork: 1,
  dofork: 1,
  wipeonfork: 1,
  keeponfork: 1,
  random: 0.5,
  sequential: 0.5,
  normal: 0.5,
  nohugepage: 0.5,
};

const PAGE_ADVICES = {
  dontneed: 4,
  free: 3,
  populate_read: 2,
  populate_write: 3,
  willneed: 0.5,
  remove: 1.5,
  cold: 1,
  pageout: 1.5,
  collapse: 0.5,
};

/** Every system call. Their order is part of what a seed means. */
function systemCalls({ mmap, look }: { mmap: number; look: number }) {
  const others = { munmap: 2, mprotect: 5, madvise: 10, mremap: 5, msync: 2, mlock: 2, munlock: 1, file: 5 };
  return { mmap, ...others, look };
}

/** The mixes that `pagewalk scenario random --profile` knows. */
export const PROFILES: Readonly<Record<string, Profile>> = {
  /** Touching, forking, unmapping and protecting: what linux-semantics calls the core. */
  core: {
    weights: { ...ACCESSES, ...FAMILY, mmap: 5, munmap: 2, mprotect: 5, madvise: 2, file: 3, look: 3 },
    advices: { dontneed: 4, populate_write: 1, populate_read: 1 },
    fileOperations: { fileread: 1, filewrite: 3, fsync: 1 },
    files: 2,
    thp: 0,
    operations: [20, 60],
  },
  /** Every operation and advice, 4 KiB pages. */
  mixed: {
    weights: {
      ...ACCESSES,
      ...FAMILY,
      ...systemCalls({ mmap: 6, look: 3 }),
    },
    advices: { ...FLAG_ADVICES, ...PAGE_ADVICES },
    fileOperations: { fileread: 2, filewrite: 4, ftruncate: 4, fsync: 2 },
    files: 3,
    thp: 0,
    operations: [25, 80],
  },
  /** Anonymous memory with huge pages among it. */
  thp: {
    weights: {
      ...ACCESSES,
      ...FAMILY,
      mmap: 4,
      munmap: 2,
      mprotect: 4,
      madvise: 8,
      mremap: 3,
      mlock: 1,
      munlock: 1,
      look: 2,
    },
    advices: { ...FLAG_ADVICES, ...PAGE_ADVICES, hugepage: 3, collapse: 2 },
    fileOperations: {},
    files: 0,
    thp: 0.6,
    operations: [20, 60],
  },
  /** Files that shrink, grow, are written back and leave the cache. */
  file: {
    weights: {
      ...ACCESSES,
      ...FAMILY,
      mmap: 8,
      munmap: 2,
      mprotect: 3,
      madvise: 6,
      mremap: 2,
      msync: 4,
      file: 14,
      look: 3,
    },
    advices: { ...FLAG_ADVICES, ...PAGE_ADVICES },
    fileOperations: { fileread: 3, filewrite: 4, ftruncate: 5, fsync: 3, dropcache: 2, cached: 1 },
    files: 3,
    thp: 0,
    operations: [25, 70],
  },
  /** Everything at once: huge pages, files, locks and moves. */
  wild: {
    weights: {
      ...ACCESSES,
      ...FAMILY,
      ...systemCalls({ mmap: 7, look: 2 }),
    },
    advices: { ...FLAG_ADVICES, ...PAGE_ADVICES, hugepage: 3, collapse: 2 },
    fileOperations: { fileread: 2, filewrite: 4, ftruncate: 4, fsync: 2 },
    files: 3,
    thp: 0.35,
    operations: [30, 90],
  },
};
