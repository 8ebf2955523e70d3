import type { Pfn } from '../core/addr.ts';
import { type Arena, HOST_MEMORY } from '../core/arena.ts';

const WORDS_PER_FRAME = 1024;
const FRAMES_PER_SLAB = 256;
const SLAB_SHIFT = 8;
const SLOT_IN_SLAB = FRAMES_PER_SLAB - 1;
/** Frames below this have their slot in a flat directory (one load); above it in a Map. 2^22 frames = 16 GiB. */
const DIRECT_FRAMES = 1 << 22;

const ZEROS = new Int32Array(WORDS_PER_FRAME);

/**
 * Simulated physical memory as far as page tables are concerned: 32-bit words in slabs of 1 MiB that are made
 * when first written. A frame never written reads as zeros and takes no space. Page tables live here and nowhere
 * else: the kernel writes these words, the walker reads them.
 *
 * A word is named by (pfn, index), index = byte offset in the frame / 4, 0..1023. 64-bit PTEs are two words, low first.
 */
export class PhysicalMemory {
  /** Where the last {@link seek} went. */
  words: Int32Array = ZEROS;
  at = 0;
  /** The slabs, and by frame the number + 1 of its place among their frames (0 = none): read by sim/accelerator too. */
  slabs: Int32Array[] = [];
  direct: Int32Array;
  private slots = 0;
  private free: number[] = [];
  private far = new Map<Pfn, number>();
  readonly arena: Arena;

  constructor(arena: Arena = HOST_MEMORY) {
    this.arena = arena;
    this.direct = arena.int32(1024);
  }

  /** The word, signed; 0 where nothing was ever written. */
  read(pfn: Pfn, index: number): number {
    const slot = this.slotOf(pfn);
    if (slot === 0) return 0;
    return this.slabs[(slot - 1) >> SLAB_SHIFT]![(((slot - 1) & SLOT_IN_SLAB) << 10) | index]!;
  }

  /**
   * Finds a frame for several reads of it: afterwards its words are `words[at]`, `words[at + 1]`, ... until the
   * next seek. Allocates nothing: a frame never written is a row of zeros.
   */
  seek(pfn: Pfn): void {
    const slot = this.slotOf(pfn);
    if (slot === 0) {
      this.words = ZEROS;
      this.at = 0;
    } else {
      this.words = this.slabs[(slot - 1) >> SLAB_SHIFT]!;
      this.at = ((slot - 1) & SLOT_IN_SLAB) << 10;
    }
  }

  write(pfn: Pfn, index: number, word: number): void {
    const slot = this.slotOf(pfn) || this.allocate(pfn);
    this.slabs[(slot - 1) >> SLAB_SHIFT]![(((slot - 1) & SLOT_IN_SLAB) << 10) | index] = word;
  }

  /**
   * The slab that holds a frame's words, for loops over a whole table (fork, unmap); pair it with
   * {@link base}. Allocates the frame when it has no words yet.
   */
  slab(pfn: Pfn): Int32Array {
    const slot = this.slotOf(pfn) || this.allocate(pfn);
    return this.slabs[(slot - 1) >> SLAB_SHIFT]!;
  }

  /** Index of the frame's word 0 in {@link slab}. */
  base(pfn: Pfn): number {
    const slot = this.slotOf(pfn) || this.allocate(pfn);
    return ((slot - 1) & SLOT_IN_SLAB) << 10;
  }

  /** Forgets a frame's words: it reads as zeros again and its space is reused. */
  release(pfn: Pfn): void {
    const slot = this.slotOf(pfn);
    if (slot === 0) return;
    const base = ((slot - 1) & SLOT_IN_SLAB) << 10;
    this.slabs[(slot - 1) >> SLAB_SHIFT]!.fill(0, base, base + WORDS_PER_FRAME);
    this.free.push(slot);
    if (pfn < DIRECT_FRAMES) this.direct[pfn] = 0;
    else this.far.delete(pfn);
  }

  /** True when the frame holds words that were written. */
  has(pfn: Pfn): boolean {
    return this.slotOf(pfn) !== 0;
  }

  /** Host bytes held by slabs and directory. */
  get hostBytes(): number {
    return this.slabs.length * FRAMES_PER_SLAB * 4096 + this.direct.byteLength + this.far.size * 48;
  }

  /** Slot number + 1 of a frame, 0 when it has none. */
  private slotOf(pfn: Pfn): number {
    if (pfn < this.direct.length) return this.direct[pfn]!;
    return pfn < DIRECT_FRAMES ? 0 : (this.far.get(pfn) ?? 0);
  }

  private allocate(pfn: Pfn): number {
    let slot = this.free.pop();
    if (slot === undefined) {
      if (this.slots === this.slabs.length * FRAMES_PER_SLAB) {
        this.slabs.push(this.arena.int32(FRAMES_PER_SLAB * WORDS_PER_FRAME));
      }
      slot = ++this.slots;
    }
    if (pfn >= DIRECT_FRAMES) {
      this.far.set(pfn, slot);
    } else {
      if (pfn >= this.direct.length) {
        let length = this.direct.length;
        while (length <= pfn) length *= 2;
        const grown = this.arena.int32(length);
        grown.set(this.direct);
        this.direct = grown;
      }
      this.direct[pfn] = slot;
    }
    return slot;
  }
}
