import type { Pfn, Vpn } from '../../core/addr.ts';
import { VM_SHARED } from './flags.ts';

// Three things that know each other: a VMA, the file behind it, the list of VMAs that share its anonymous pages.

/** The address space a VMA is in, as far as VMAs and reverse mapping need to know it. */
export interface AddressSpace {
  readonly id: number;
  readonly root: number;
}

/** A stretch of address space with one backing and one set of flags (struct vm_area_struct). Pages [start, end). */
export class Vma {
  start: Vpn;
  end: Vpn;
  flags: number;
  /** Page of the file at `start`; for anonymous memory the page number it was first mapped at. */
  pgoff: number;
  readonly file: CachedFile | undefined;
  anonVma: AnonVma | undefined = undefined;
  /** Its memory object, under policies that have them (policy/shadow.ts). */
  object: { clone(): Vma['object'] } | undefined = undefined;
  /** Every anon_vma whose list this VMA is on, oldest first. */
  anonVmaChain: AnonVma[] = [];
  readonly mm: AddressSpace;

  constructor(
    mm: AddressSpace,
    start: Vpn,
    end: Vpn,
    flags: number,
    pgoff: number,
    file: CachedFile | undefined,
  ) {
    this.mm = mm;
    this.start = start;
    this.end = end;
    this.flags = flags;
    this.pgoff = pgoff;
    this.file = file;
  }

  get pages(): number {
    return this.end - this.start;
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  /** vma_is_anonymous: no file and no shared memory object behind it. */
  get isAnonymous(): boolean {
    return this.file === undefined;
  }

  get isPrivate(): boolean {
    return (this.flags & VM_SHARED) === 0;
  }

  /** Page of the file, or linear index of the anonymous page, that `vpn` is (linear_page_index). */
  indexOf(vpn: Vpn): number {
    return vpn - this.start + this.pgoff;
  }
}

/**
 * An anon_vma (mm/rmap.c): the list of all VMAs that may map the anonymous pages first faulted in by one VMA. A VMA
 * that was copied by fork hangs on its parents' lists too, so its pages can be found whoever maps them.
 */
export class AnonVma {
  readonly id: number;
  readonly root: AnonVma;
  readonly parent: AnonVma;
  /** VMAs on this list (the interval tree of `anon_vma_chain`s). */
  readonly vmas = new Set<Vma>();
  /** anon_vmas whose parent this is; a root counts itself. */
  children = 0;
  /** VMAs whose own `anonVma` this is. */
  active = 0;

  constructor(id: number, parent: AnonVma | undefined) {
    this.id = id;
    this.parent = parent ?? this;
    this.root = parent?.root ?? this;
  }
}

/**
 * The two kinds of file system that differ in how they see writes through mappings: one that must be told before a
 * page becomes dirty (page_mkwrite) and writes it back to a disk, and one whose pages live in memory only.
 */
export type FileSystem = 'ext4' | 'tmpfs';

/** A file as memory management sees it: inode and address_space in one. */
export class CachedFile {
  readonly id: number;
  readonly name: string;
  readonly fs: FileSystem;
  /** i_size, bytes. */
  bytes: number;
  /** The page cache: page index to frame. */
  readonly cache = new Map<number, Pfn>();
  /** Pages as the disk has them: a contents word each (frame/contents.ts); missing = a hole, zeros. ext4 only. */
  readonly disk = new Map<number, number>();
  /** What the descriptor that read(2) uses remembers; a new file was read to its end. */
  readonly readAhead: ReadAheadState;
  /** Swapped-out pages of a tmpfs file: page index to swap slot. */
  readonly swapped = new Map<number, number>();
  /** VMAs that map this file (i_mmap). */
  readonly mappings = new Set<Vma>();
  /** Open descriptors and mappings; a file without a name is gone when nothing refers to it. */
  named: boolean;

  constructor(id: number, name: string, fs: FileSystem, bytes: number, named: boolean) {
    this.id = id;
    this.name = name;
    this.fs = fs;
    this.bytes = bytes;
    this.named = named;
    this.readAhead = new ReadAheadState(Math.floor(bytes / 4096));
  }

  /** Pages that have at least one byte below the end of the file. */
  get pages(): number {
    return Math.ceil(this.bytes / 4096);
  }

  addMapping(vma: Vma): void {
    this.mappings.add(vma);
  }

  removeMapping(vma: Vma): void {
    this.mappings.delete(vma);
  }
}

/** What one open file remembers of its reads (struct file_ra_state): the last window, and the page read last. */
export class ReadAheadState {
  start = 0;
  size = 0;
  asyncSize = 0;
  previous: number;

  constructor(previous: number) {
    this.previous = previous;
  }
}
