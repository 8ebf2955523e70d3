import { PAGE_BYTES } from '../../core/addr.ts';

/**
 * What pages hold, kept sparsely. A page's contents are one word:
 *
 *   0                              all bytes zero
 *   offset << 10 | value << 2 | 1  zeros but for one byte
 *   seed << 2 | 3                  a ramp: byte i = (seed + 3 i) & 255, for file pages nobody wrote to
 *   slot << 2 | 2                  a buffer of 4,096 bytes in this store
 *
 * so that one byte written in each of 262,144 pages takes no memory beyond the words.
 */
export class PageContents {
  private buffers: (Uint8Array | undefined)[] = [];
  private free: number[] = [];

  /** The word of a ramp page. `seed` 0..255. */
  static ramp(seed: number): number {
    return ((seed & 255) << 2) | 3;
  }

  read(word: number, offset: number): number {
    switch (word & 3) {
      case 0:
        return 0;
      case 1:
        return word >>> 10 === offset ? (word >>> 2) & 255 : 0;
      case 2:
        return this.buffers[word >>> 2]![offset]!;
      default:
        return ((word >>> 2) + 3 * offset) & 255;
    }
  }

  /** Stores a byte and returns the page's new word, which replaces the old one. */
  write(word: number, offset: number, value: number): number {
    if (this.read(word, offset) === value) return word;
    if (word === 0) return (offset << 10) | (value << 2) | 1;
    if ((word & 3) === 1 && word >>> 10 === offset)
      return value === 0 ? 0 : (offset << 10) | (value << 2) | 1;
    const owned = (word & 3) === 2 ? word : this.#expand(word);
    this.buffers[owned >>> 2]![offset] = value;
    return owned;
  }

  /** True when every byte of the page is zero. */
  isZero(word: number): boolean {
    return word === 0 || ((word & 3) === 2 && this.buffers[word >>> 2]!.every((byte) => byte === 0));
  }

  /** A word with the same bytes for another page. */
  copy(word: number): number {
    return (word & 3) === 2 ? this.#expand(word) : word;
  }

  /** The page with the bytes from `offset` on zeroed; replaces the old word. */
  zeroFrom(word: number, offset: number): number {
    if (offset >= PAGE_BYTES || word === 0) return word;
    if (offset === 0) {
      this.release(word);
      return 0;
    }
    if ((word & 3) === 1) return word >>> 10 >= offset ? 0 : word;
    const owned = (word & 3) === 2 ? word : this.#expand(word);
    this.buffers[owned >>> 2]!.fill(0, offset);
    return owned;
  }

  /** The page is gone. */
  release(word: number): void {
    if ((word & 3) !== 2) return;
    this.buffers[word >>> 2] = undefined;
    this.free.push(word >>> 2);
  }

  get hostBytes(): number {
    return (this.buffers.length - this.free.length) * PAGE_BYTES;
  }

  #expand(word: number): number {
    const bytes = new Uint8Array(PAGE_BYTES);
    if ((word & 3) === 2) bytes.set(this.buffers[word >>> 2]!);
    else for (let i = 0; i < PAGE_BYTES; i++) bytes[i] = this.read(word, i);
    const slot = this.free.pop() ?? this.buffers.length;
    this.buffers[slot] = bytes;
    return (slot << 2) | 2;
  }
}
