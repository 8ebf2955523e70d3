import type { Pfn } from '../../core/addr.ts';
import { type FrameTable, PG_FREE, PG_ORDER_SHIFT } from './frames.ts';

/** Largest block: 2^10 frames = 4 MiB (MAX_PAGE_ORDER). */
export const MAX_ORDER = 10;
const NONE = -1;

/**
 * A buddy allocator after mm/page_alloc.c: free blocks of 2^order frames, split on demand, merged with their buddy
 * when freed; lists are last in, first out. Memory above a watermark was never touched and is free as a whole, so
 * that a large simulated memory costs nothing until it is used.
 */
export class BuddyAllocator {
  readonly frames: number;
  private readonly table: FrameTable;
  private readonly heads = new Int32Array(MAX_ORDER + 1).fill(NONE);
  private watermark = 0;
  private free: number;

  /** @param frames size of memory in frames, a multiple of 2^MAX_ORDER */
  constructor(table: FrameTable, frames: number) {
    this.table = table;
    this.frames = frames;
    this.free = frames;
  }

  get freeFrames(): number {
    return this.free;
  }

  get usedFrames(): number {
    return this.frames - this.free;
  }

  /** First frame of a block of 2^order frames, aligned to its size; -1 when there is none. Its columns are cleared. */
  allocate(order: number): Pfn {
    let from = order;
    while (from <= MAX_ORDER && this.heads[from] === NONE) from++;
    let pfn: Pfn;
    if (from > MAX_ORDER) {
      if (this.watermark >= this.frames) return NONE;
      pfn = this.watermark;
      from = MAX_ORDER;
      this.watermark += 1 << MAX_ORDER;
      this.table.ensure(this.watermark);
    } else {
      pfn = this.heads[from]!;
      this.unlink(pfn, from);
    }
    while (from > order) {
      from--;
      this.link(pfn + (1 << from), from);
    }
    this.free -= 1 << order;
    const table = this.table;
    for (let frame = pfn; frame < pfn + (1 << order); frame++) {
      table.flags[frame] = 0;
      table.mapcount[frame] = 0;
      table.mapping[frame] = 0;
      table.index[frame] = 0;
      table.content[frame] = 0;
    }
    table.refcount[pfn] = 1;
    return pfn;
  }

  /** Gives a block back; merges with its buddy as long as that is free and of the same order. */
  release(pfn: Pfn, order: number): void {
    const { flags, refcount } = this.table;
    this.free += 1 << order;
    refcount[pfn] = 0;
    for (let frame = pfn; frame < pfn + (1 << order); frame++) flags[frame] = 0;
    let block = pfn;
    let size = order;
    while (size < MAX_ORDER) {
      const buddy = block ^ (1 << size);
      if (buddy >= this.watermark) break;
      const mark = flags[buddy]!;
      if ((mark & PG_FREE) === 0 || mark >>> PG_ORDER_SHIFT !== size) break;
      this.unlink(buddy, size);
      block &= ~(1 << size);
      size++;
    }
    this.link(block, size);
  }

  private link(pfn: Pfn, order: number): void {
    const { flags, mapping, index } = this.table;
    const head = this.heads[order]!;
    flags[pfn] = PG_FREE | (order << PG_ORDER_SHIFT);
    mapping[pfn] = head;
    index[pfn] = NONE;
    if (head !== NONE) index[head] = pfn;
    this.heads[order] = pfn;
  }

  private unlink(pfn: Pfn, order: number): void {
    const { flags, mapping, index } = this.table;
    const next = mapping[pfn]!;
    const previous = index[pfn]!;
    if (previous === NONE) this.heads[order] = next;
    else mapping[previous] = next;
    if (next !== NONE) index[next] = previous;
    flags[pfn] = 0;
  }
}
