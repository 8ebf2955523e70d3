import { type Arena, HOST_MEMORY } from './arena.ts';

/**
 * The order in which the slots of each set were used, as one ring a set: from the newest to ever older ones, and
 * behind the oldest the newest again. Each operation takes constant time. Slots are numbered set * ways + way; at
 * first the lowest of a set is the oldest.
 */
export class LruRings {
  readonly newest: Int32Array;
  readonly older: Int32Array;
  readonly newer: Int32Array;

  constructor(sets: number, ways: number, arena: Arena = HOST_MEMORY) {
    const slots = sets * ways;
    this.newest = arena.int32(sets);
    this.older = arena.int32(slots);
    this.newer = arena.int32(slots);
    for (let set = 0; set < sets; set++) this.newest[set] = set * ways + ways - 1;
    for (let slot = 0; slot < slots; slot++) {
      const older = slot % ways === 0 ? slot + ways - 1 : slot - 1;
      this.older[slot] = older;
      this.newer[older] = slot;
    }
  }

  oldest(set: number): number {
    return this.newer[this.newest[set]!]!;
  }

  /** The slots of a set from the next victim to the newest. For viewers. */
  inOrder(set: number): number[] {
    const slots: number[] = [];
    const newest = this.newest[set]!;
    for (let slot = this.newer[newest]!; slot !== newest; slot = this.newer[slot]!) slots.push(slot);
    return [...slots, newest];
  }

  /** The oldest slot of a set becomes its newest. */
  turn(set: number): number {
    const slot = this.newer[this.newest[set]!]!;
    this.newest[set] = slot;
    return slot;
  }

  /** The slot is used: it becomes the newest of its set. */
  touch(set: number, slot: number): void {
    const newest = this.newest[set]!;
    if (slot === newest) return;
    const older = this.older;
    const newer = this.newer;
    const oldest = newer[newest]!;
    if (slot !== oldest) {
      older[newer[slot]!] = older[slot]!;
      newer[older[slot]!] = newer[slot]!;
      older[oldest] = slot;
      newer[slot] = oldest;
      older[slot] = newest;
      newer[newest] = slot;
    }
    this.newest[set] = slot;
  }

  /** The slot is free: it becomes the oldest of its set, the next to be taken. */
  demote(set: number, slot: number): void {
    this.touch(set, slot);
    this.newest[set] = this.older[slot]!;
  }
}
