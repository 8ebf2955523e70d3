import { CHUNK_RECORDS, type Chunk, CONTINUES } from '../trace/chunk.ts';

/** Joins all pieces of an access: only the page of its first byte is looked up. */
export const ANY_PAGE = 64;

/**
 * A decoder splits accesses at 4 KiB boundaries. Where the machine's pages are larger, a piece in the same page as the
 * one before it is no lookup of its own.
 */
export class PageJoiner {
  private readonly shift: number;
  private keys: Int32Array | Float64Array = new Int32Array(0);
  private offsets = new Uint16Array(0);
  private sizes = new Uint16Array(0);

  /** @param shift log2 of the 4 KiB pages of a page, or ANY_PAGE; 0 joins nothing */
  constructor(shift: number) {
    this.shift = shift;
  }

  /** The chunk without such records, its events moved; valid until the next one. What is handed in stays as it is. */
  join(chunk: Chunk): Chunk {
    const { shift } = this;
    if (shift === 0) return chunk;
    const { keys, offsets, sizes, events } = chunk;
    this.makeRoom(keys instanceof Int32Array);
    const unit = 4 * 2 ** shift;
    const moved: Chunk['events'] = [];
    let kept = 0;
    let previousPage = -1;
    for (let i = 0; i < chunk.count; i++) {
      while (moved.length < events.length && events[moved.length]!.at === i)
        moved.push({ ...events[moved.length]!, at: kept });
      const key = keys instanceof Int32Array ? keys[i]! >>> 0 : keys[i]!;
      const page = Math.floor(key / unit);
      const joined = (offsets[i]! & CONTINUES) !== 0 && (shift === ANY_PAGE || page === previousPage);
      previousPage = page;
      if (joined) continue;
      this.keys[kept] = keys[i]!;
      this.offsets[kept] = offsets[i]!;
      this.sizes[kept++] = sizes[i]!;
    }
    while (moved.length < events.length) moved.push({ ...events[moved.length]!, at: kept });
    const { regions } = chunk;
    return {
      count: kept,
      keys: this.keys,
      offsets: this.offsets,
      sizes: this.sizes,
      events: moved,
      regions,
    };
  }

  private makeRoom(packed: boolean): void {
    if (this.keys.length > 0 && this.keys instanceof Int32Array === packed) return;
    this.keys = packed ? new Int32Array(CHUNK_RECORDS) : new Float64Array(CHUNK_RECORDS);
    this.offsets = new Uint16Array(CHUNK_RECORDS);
    this.sizes = new Uint16Array(CHUNK_RECORDS);
  }
}
