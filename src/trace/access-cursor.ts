import { LOAD } from '../core/access.ts';
import { BY_KERNEL, type Chunk, CONTINUES, MODIFIES, OFFSET_MASK } from './chunk.ts';

/** Type of an access that loads and then stores the same bytes; 0..2 are those of core/access.ts. */
export const MODIFY = 3;

/**
 * Walks a chunk access by access instead of page by page: pieces of one access are joined again, and a load with its
 * marked store is one modify. Pieces of an access are always in the same chunk.
 */
export class AccessCursor {
  /** FETCH, LOAD, STORE or MODIFY. */
  type = 0;
  /** The address is `high * 2^32 + low`, `low` as a signed 32-bit word. */
  high = 0;
  low = 0;
  size = 0;
  /** Made by the kernel for a system call of the process. */
  byKernel = false;
  /** The record at which the access begins: events with `at` up to this one come before it. */
  at = 0;
  #chunk: Chunk | null = null;
  #next = 0;

  start(chunk: Chunk): void {
    this.#chunk = chunk;
    this.#next = 0;
  }

  /** Moves to the next access; false at the end of the chunk. */
  next(): boolean {
    const chunk = this.#chunk!;
    const at = this.#next;
    if (at >= chunk.count) return false;
    const { keys, offsets, sizes } = chunk;
    const key = keys[at]!;
    const offset = offsets[at]!;
    this.at = at;
    let region: number;
    if (keys instanceof Int32Array) {
      region = key >>> 22;
      this.low = ((key & 0x3ffffc) << 10) | (offset & OFFSET_MASK);
    } else {
      region = Math.floor(key / 0x400000);
      this.low = (((key - region * 0x400000) >>> 2) << 12) | (offset & OFFSET_MASK);
    }
    this.type = key & 3;
    this.high = chunk.regions.highOf(region);
    this.byKernel = (offset & BY_KERNEL) !== 0;
    let size = sizes[at]!;
    let next = at + 1;
    while (next < chunk.count && (offsets[next]! & CONTINUES) !== 0) size += sizes[next++]!;
    this.size = size;
    if (this.type === LOAD && next < chunk.count && (offsets[next]! & MODIFIES) !== 0) {
      this.type = MODIFY;
      // The store has as many pieces as the load.
      next += next - at;
    }
    this.#next = next;
    return true;
  }
}
