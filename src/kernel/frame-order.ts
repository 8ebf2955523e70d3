import { Rng } from '../core/rng.ts';

/**
 * The order in which a simple allocator hands out frames 1 .. count-1: as they come, or shuffled by a seed. The
 * shuffle is a Feistel network over the next even power of two, walked until it lands below `count`: a bijection
 * that needs no table, so a machine may have any amount of memory.
 */
export class FrameOrder {
  private readonly count: number;
  private readonly halfBits: number;
  private readonly keys: readonly number[];

  /** @param seed null for sequential order */
  constructor(count: number, seed: number | null) {
    this.count = count;
    this.halfBits = Math.max(1, Math.ceil(Math.log2(Math.max(2, count)) / 2));
    const rng = new Rng(seed ?? 0);
    this.keys = seed === null ? [] : [rng.next(), rng.next(), rng.next(), rng.next()];
  }

  /** The frame in place `index`, 1 .. count-1; frame 0 stays unused, as on real machines. */
  at(index: number): number {
    if (this.keys.length === 0) return index;
    let frame = index;
    do frame = this.#permute(frame);
    while (frame >= this.count || frame === 0);
    return frame;
  }

  #permute(value: number): number {
    const half = 2 ** this.halfBits;
    let left = Math.floor(value / half);
    let right = value % half;
    for (const key of this.keys) {
      const mixed = Math.imul(right ^ key, 0x9e3779b1);
      const next = (left ^ (mixed >>> (32 - this.halfBits))) >>> 0;
      left = right;
      right = next;
    }
    return left * half + right;
  }
}
