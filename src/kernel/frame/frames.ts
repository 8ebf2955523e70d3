import type { Pfn } from '../../core/addr.ts';
import { type Arena, HOST_MEMORY } from '../../core/arena.ts';

/** Frame flags, after include/linux/page-flags.h. */
export const PG_ANON = 1 << 0;
/** PageAnonExclusive: no other process can map this anonymous page. */
export const PG_EXCLUSIVE = 1 << 1;
export const PG_DIRTY = 1 << 2;
/** Part of a folio of more than one page; its head is the frame aligned to the folio's size. */
export const PG_LARGE = 1 << 3;
/** Anonymous and to be kept: cleared by MADV_FREE (the folio is then dropped instead of swapped). */
export const PG_SWAPBACKED = 1 << 4;
/** The second chance of reclaim. */
export const PG_REFERENCED = 1 << 5;
export const PG_ACTIVE = 1 << 6;
/** A free block's first frame, in the buddy lists. */
export const PG_FREE = 1 << 7;
/** Holds a page table. */
export const PG_TABLE = 1 << 8;
/** The shared zero page or the huge zero page. */
export const PG_ZERO = 1 << 9;
export const PG_MLOCKED = 1 << 10;
export const PG_SWAPCACHE = 1 << 11;
/** On an LRU list: reclaim may look at it. */
export const PG_LRU = 1 << 12;
/**
 * PG_readahead and PG_reclaim, one bit: fault-around passes the page over, and a fault on it starts I/O (and is major).
 * Set on dirty pages of files that MADV_PAGEOUT could not drop; goes when the page is written back or dirtied.
 */
export const PG_RECLAIM = 1 << 13;
/** In the page cache, but never read as a whole (the inverse of PG_uptodate): fault-around passes it over. */
export const PG_UNREAD = 1 << 14;
/** Stands for several pages of equal contents (policy/ksm.ts): copied whenever it is written. */
export const PG_KSM = 1 << 15;
/** Order of a free block or of a compound folio, in its head's flags. */
export const PG_ORDER_SHIFT = 24;

/** Frames that a shared memory has room for: 4 GiB of them. It cannot give back what columns have outgrown. */
const SHARED_FRAMES = 1 << 20;

/**
 * What the kernel knows about every frame (`struct page`), as columns: 24 bytes a frame, and only for frames that
 * were ever handed out. Columns are replaced when they grow: a loop that allocates must read them anew.
 */
export class FrameTable {
  /** Frames that there are columns for; those of a shared memory are longer. */
  length = 0;
  /** References of the folio; valid on its head. 0 = free. */
  refcount: Int32Array;
  /** PTEs that map this very page (not counting PMDs that map the whole folio). */
  mapcount: Int32Array;
  flags: Int32Array;
  /** Anonymous: number of the anon_vma. Page cache: number of the file. Free: next block of the list. */
  mapping: Int32Array = new Int32Array(0);
  /** Page index in the file or anon_vma, low 32 bits. Free: previous block of the list. */
  index: Int32Array = new Int32Array(0);
  /** What the page holds: a word of frame/contents.ts. */
  content: Int32Array = new Int32Array(0);

  /** @param arena that the columns which {@link EntryCopier} works on come from */
  constructor(arena: Arena = HOST_MEMORY) {
    const reserved = arena === HOST_MEMORY ? 0 : SHARED_FRAMES;
    this.refcount = arena.int32(reserved);
    this.mapcount = arena.int32(reserved);
    this.flags = arena.int32(reserved);
  }

  /** Makes room for frames 0 .. `frames`-1. */
  ensure(frames: number): void {
    if (frames <= this.length) return;
    const length = Math.max(frames, 1024, Math.floor(this.length * 1.25));
    this.length = length;
    this.refcount = grown(this.refcount, length);
    this.mapcount = grown(this.mapcount, length);
    this.flags = grown(this.flags, length);
    this.mapping = grown(this.mapping, length);
    this.index = grown(this.index, length);
    this.content = grown(this.content, length);
  }

  has(pfn: Pfn, flag: number): boolean {
    return (this.flags[pfn]! & flag) !== 0;
  }

  set(pfn: Pfn, flag: number): void {
    this.flags[pfn]! |= flag;
  }

  clear(pfn: Pfn, flag: number): void {
    this.flags[pfn]! &= ~flag;
  }

  get hostBytes(): number {
    return this.length * 24;
  }
}

function grown(column: Int32Array, length: number): Int32Array {
  if (length <= column.length) return column;
  const larger = new Int32Array(length);
  larger.set(column);
  return larger;
}
