import type { Arena } from '../../core/arena.ts';
import { FREE } from './layout.ts';

const PAGE_BYTES = 65536;
/**
 * 48 MiB of address space, for the page tables of some ten GiB; the host gives real memory to the pages that are
 * touched. V8 collects garbage at every 64 MiB of such memory, touched or not.
 */
const PAGES = 768;
const KEEPS_VECTORS_ALIGNED = 16;
/** The core reads four words at a time, and so up to three beyond the last of an array. */
const BEYOND = 16;

/**
 * The memory of one WebAssembly core, in which the arrays of the hardware live: both sides work on the same words. It
 * never grows, since growing would cut off every array in it; what no longer fits comes from the host, where the core
 * cannot see it (it then leaves the record to TypeScript).
 */
export class SharedMemory implements Arena {
  readonly memory: WebAssembly.Memory;
  private readonly buffer: ArrayBuffer;
  private next = FREE;

  /** @throws RangeError where the host has no room for it */
  constructor() {
    this.memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
    this.buffer = this.memory.buffer;
  }

  int32(length: number): Int32Array {
    const at = this.take(length * 4);
    return at < 0 ? new Int32Array(length) : new Int32Array(this.buffer, at, length);
  }

  uint8(length: number): Uint8Array {
    const at = this.take(length);
    return at < 0 ? new Uint8Array(length) : new Uint8Array(this.buffer, at, length);
  }

  uint16(length: number): Uint16Array {
    const at = this.take(length * 2);
    return at < 0 ? new Uint16Array(length) : new Uint16Array(this.buffer, at, length);
  }

  float64(length: number): Float64Array {
    const at = this.take(length * 8);
    return at < 0 ? new Float64Array(length) : new Float64Array(this.buffer, at, length);
  }

  /** A record that stands at a fixed place, as words. */
  record(at: number, bytes: number): Int32Array {
    return new Int32Array(this.buffer, at, bytes / 4);
  }

  /** Where an array stands; 0 for one that is not in here. */
  addressOf(array: ArrayBufferView): number {
    return array.buffer === this.buffer ? array.byteOffset : 0;
  }

  private take(bytes: number): number {
    const at = this.next;
    const end = at + Math.ceil(bytes / KEEPS_VECTORS_ALIGNED) * KEEPS_VECTORS_ALIGNED;
    if (end + BEYOND > PAGES * PAGE_BYTES) return -1;
    this.next = end;
    return at;
  }
}
