/** A scenario as data: everything that its text alone decides. */
export interface Scenario {
  readonly path: string;
  readonly files: readonly FileDeclaration[];
  /** Region names in order of first appearance; regions.ts says where they stand. */
  readonly regions: readonly string[];
  readonly operations: readonly Operation[];
}

export interface FileDeclaration {
  readonly name: string;
  readonly bytes: number;
  readonly tmpfs: boolean;
}

/** Pages [first, first + count) of a region; `extent` is how many pages the region spans by then. */
export interface PageRange {
  readonly region: number;
  readonly first: number;
  readonly count: number;
  readonly extent: number;
}

/** One byte of a region. */
export interface ByteAddress {
  readonly region: number;
  readonly page: number;
  readonly offset: number;
  readonly extent: number;
}

export interface MmapFlags {
  readonly shared: boolean;
  /** Index of the file and its page; absent for anonymous memory. */
  readonly file?: { readonly index: number; readonly page: number };
  readonly populate: boolean;
  readonly locked: boolean;
  readonly noreserve: boolean;
  readonly fixed: boolean;
  readonly thp: boolean;
}

/** What a line does, by its word. */
export type Action =
  | { readonly op: 'mmap'; readonly range: PageRange; readonly prot: string; readonly flags: MmapFlags }
  | { readonly op: 'munmap' | 'mlock' | 'munlock'; readonly range: PageRange }
  | { readonly op: 'rr'; readonly range: PageRange }
  | { readonly op: 'mprotect'; readonly range: PageRange; readonly prot: string }
  | { readonly op: 'msync'; readonly range: PageRange; readonly sync: boolean }
  | { readonly op: 'madvise'; readonly range: PageRange; readonly advice: string }
  | {
      readonly op: 'mremap';
      readonly range: PageRange;
      /** Region moved to; absent = in place. */
      readonly target?: { readonly region: number; readonly extent: number };
      readonly newPages: number;
      readonly dontUnmap: boolean;
    }
  | { readonly op: 'ww'; readonly range: PageRange; readonly value: number }
  | { readonly op: 'r' | 'kr'; readonly at: ByteAddress }
  | { readonly op: 'w' | 'kw'; readonly at: ByteAddress; readonly value: number }
  | { readonly op: 'fork'; readonly child: number }
  | { readonly op: 'wait'; readonly child: number; readonly ends: boolean; readonly isChild: boolean }
  | { readonly op: 'exit' | 'nop' }
  | { readonly op: 'smaps' | 'pagemap'; readonly region: number }
  | { readonly op: 'fileread'; readonly file: number; readonly offset: number }
  | { readonly op: 'filewrite'; readonly file: number; readonly offset: number; readonly value: number }
  | { readonly op: 'ftruncate'; readonly file: number; readonly bytes: number }
  | { readonly op: 'fsync' | 'dropcache' | 'cached'; readonly file: number }
  | { readonly op: 'sleepms'; readonly milliseconds: number }
  | { readonly op: 'frames'; readonly counts: boolean };

/** One line: its number, its words joined by one blank, who does it (0 = nobody), what. */
export interface Operation {
  readonly line: number;
  readonly text: string;
  readonly pid: number;
  readonly action: Action;
}

/** Pages of a region at most: one less than 1 GiB, so that the VMAs of two regions never merge. */
export const REGION_PAGES = 2 ** 18 - 1;

/** Operations that have no process; the others have one. */
export const OUTSIDE: ReadonlySet<string> = new Set([
  'fileread',
  'filewrite',
  'ftruncate',
  'fsync',
  'dropcache',
  'cached',
  'sleepms',
  'frames',
]);
