/**
 * A small seeded generator (mulberry32): the same seed gives the same numbers on every host. Used for random
 * replacement, generators and sampling; never `Math.random`.
 */
export class Rng {
  private word: number;

  /** @param seed any number; its low 32 bits count */
  constructor(seed: number) {
    this.word = seed | 0;
  }

  /** The next 32 random bits as an unsigned number, 0 .. 2^32-1. */
  next(): number {
    this.word = (this.word + 0x6d2b79f5) | 0;
    let t = this.word;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** A number in 0 .. bound-1; `bound` 1 .. 2^32. */
  below(bound: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * bound);
  }

  /** A number in [0, 1) with 32 random bits. */
  unit(): number {
    return this.next() / 0x1_0000_0000;
  }

  get state(): number {
    return this.word;
  }

  set state(state: number) {
    this.word = state | 0;
  }
}
