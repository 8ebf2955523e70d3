import { CHUNK_RECORDS, type Chunk } from '../../chunk.ts';

/** A key is 4 bytes packed and 8 bytes wide, an offset 2, a size 2. */
const BYTES_PER_RECORD = 12;

/** The columns of one chunk in memory that both threads see, written and read in turn. */
export class Slot {
  readonly memory: SharedArrayBuffer;
  readonly #packed: Int32Array;
  readonly #wide: Float64Array;
  readonly #offsets: Uint16Array;
  readonly #sizes: Uint16Array;

  /** @param memory of a slot made on the other thread; without it a new one */
  constructor(memory = new SharedArrayBuffer(CHUNK_RECORDS * BYTES_PER_RECORD)) {
    this.memory = memory;
    this.#packed = new Int32Array(memory, 0, CHUNK_RECORDS);
    this.#wide = new Float64Array(memory, 0, CHUNK_RECORDS);
    this.#offsets = new Uint16Array(memory, CHUNK_RECORDS * 8, CHUNK_RECORDS);
    this.#sizes = new Uint16Array(memory, CHUNK_RECORDS * 10, CHUNK_RECORDS);
  }

  /** Copies the records of a chunk; its events travel apart. */
  write({ keys, offsets, sizes, count }: Chunk): void {
    const own = keys instanceof Int32Array ? this.#packed : this.#wide;
    own.set(keys.subarray(0, count));
    this.#offsets.set(offsets.subarray(0, count));
    this.#sizes.set(sizes.subarray(0, count));
  }

  /** The columns as those of a chunk. */
  columns(wide: boolean): Pick<Chunk, 'keys' | 'offsets' | 'sizes'> {
    return { keys: wide ? this.#wide : this.#packed, offsets: this.#offsets, sizes: this.#sizes };
  }
}
