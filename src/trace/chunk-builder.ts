import { FETCH, LOAD, STORE } from '../core/access.ts';
import { InputError } from '../core/errors.ts';
import {
  CHUNK_RECORDS,
  type Chunk,
  CONTINUES,
  createChunk,
  MODIFIES,
  PACKED_REGIONS,
  RegionTable,
} from './chunk.ts';
import type { TraceEvent } from './event.ts';
import { createStatistics, type TraceStatistics } from './statistics.ts';

/** Bytes one access may span; longer ones are an error of the file (the widest real ones are XSAVE areas, 11 KiB). */
export const MAX_ACCESS_BYTES = 16384;
/** Records that one modify of MAX_ACCESS_BYTES can need: 5 pages loaded, then stored. */
const MAX_RECORDS_PER_ACCESS = 10;
/** A chunk with more records than this is handed on: the next access might not fit. */
export const CHUNK_FULL = CHUNK_RECORDS - MAX_RECORDS_PER_ACCESS;

/**
 * Where decoders put what they read. Splits accesses at page boundaries, interns regions, widens the keys when the
 * packed ones cannot name the next region, and counts. Decoders that need the last nanosecond write the columns
 * themselves and then set `chunk.count` and the statistics.
 */
export class ChunkBuilder {
  readonly regions = new RegionTable();
  readonly statistics: TraceStatistics = createStatistics();
  readonly chunk: Chunk = createChunk(this.regions);

  /** The chunk must be taken before anything else is added. */
  get full(): boolean {
    return this.chunk.count > CHUNK_FULL;
  }

  get empty(): boolean {
    return this.chunk.count === 0 && this.chunk.events.length === 0;
  }

  /** The keys are doubles from here on. */
  get wide(): boolean {
    return this.chunk.keys instanceof Float64Array;
  }

  /** Forgets the records handed on; the columns are used again. */
  clear(): void {
    this.chunk.count = 0;
    this.chunk.events = [];
  }

  /**
   * One access of `size` bytes (0 when the format does not say) at `high * 2^32 + low`.
   * @param low any 32-bit pattern, signed or not
   * @param flags 0 or BY_KERNEL
   */
  add(type: number, high: number, low: number, size: number, flags = 0): void {
    const { statistics } = this;
    statistics.records++;
    if (type === FETCH) statistics.fetches++;
    else if (type === LOAD) statistics.loads++;
    else statistics.stores++;
    if (this.#put(type, high, low, size, flags)) statistics.crossings++;
  }

  /** A read-modify-write of one location: a load, then a store marked MODIFIES. */
  modify(high: number, low: number, size: number): void {
    this.statistics.records++;
    this.statistics.modifies++;
    if (this.#put(LOAD, high, low, size, 0)) this.statistics.crossings++;
    this.#put(STORE, high, low, size, MODIFIES);
  }

  /** An event that happens before the next access. */
  event(event: TraceEvent): void {
    this.statistics.events++;
    this.chunk.events.push({ at: this.chunk.count, event });
  }

  /** The region of `address >> 32`; the keys become doubles when packed ones cannot hold it. */
  region(high: number): number {
    const region = this.regions.intern(high);
    if (region >= PACKED_REGIONS && !this.wide) this.#widen();
    return region;
  }

  /** Puts the page pieces of an access; true when there is more than one. */
  #put(type: number, high: number, low: number, size: number, flags: number): boolean {
    const offset = low & 0xfff;
    const room = 4096 - offset;
    if (size <= room) {
      this.#record(type, high, low >>> 12, offset, size, flags);
      return false;
    }
    if (size > MAX_ACCESS_BYTES)
      throw new InputError(`an access of ${size} bytes: more than ${MAX_ACCESS_BYTES} is not believed`);
    this.#record(type, high, low >>> 12, offset, room, flags);
    let page = low >>> 12;
    for (let left = size - room; left > 0; left -= 4096) {
      page++;
      if (page === 0x100000) {
        page = 0;
        high++;
        if (high === 0x1_0000_0000) throw new InputError('an access runs past the end of the address space');
      }
      this.#record(type, high, page, 0, Math.min(left, 4096), flags | CONTINUES);
    }
    return true;
  }

  #record(type: number, high: number, page: number, offset: number, size: number, flags: number): void {
    const region = this.region(high);
    const { chunk } = this;
    const at = chunk.count++;
    if (chunk.keys instanceof Int32Array) chunk.keys[at] = (region << 22) | (page << 2) | type;
    else chunk.keys[at] = region * 0x400000 + page * 4 + type;
    chunk.offsets[at] = offset | flags;
    chunk.sizes[at] = size;
  }

  /** A packed key read as unsigned is the wide key. */
  #widen(): void {
    const { chunk } = this;
    const wide = new Float64Array(CHUNK_RECORDS);
    for (let i = 0; i < chunk.count; i++) wide[i] = chunk.keys[i]! >>> 0;
    chunk.keys = wide;
  }
}
