import type { Pfn } from '../../core/addr.ts';

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

/**
 * What the kernel knows about every frame (`struct page`), as columns: 24 bytes a frame, and only for frames that
 * were ever handed out. Columns are replaced when they grow: a loop that allocates must read them anew.
 */
export class FrameTable {
  /** References of the folio; valid on its head. 0 = free. */
  refcount = new Int32Array(0);
  /** PTEs that map this very page (not counting PMDs that map the whole folio). */
  mapcount = new Int32Array(0);
  flags = new Int32Array(0);
  /** Anonymous: number of the anon_vma. Page cache: number of the file. Free: next block of the list. */
  mapping = new Int32Array(0);
  /** Page index in the file or anon_vma, low 32 bits. Free: previous block of the list. */
  index = new Int32Array(0);
  /** What the page holds: a word of frame/contents.ts. */
  content = new Int32Array(0);

  /** Makes room for frames 0 .. `frames`-1. */
  ensure(frames: number): void {
    if (frames <= this.refcount.length) return;
    const length = Math.max(frames, 1024, Math.floor(this.refcount.length * 1.25));
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
    return this.refcount.length * 24;
  }
}

function grown(column: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(column);
  return larger;
}
