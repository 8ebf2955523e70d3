import { RegionTable } from '../core/regions.ts';
import type { Compacted } from './compacted.ts';
import type { TraceEvent } from './event.ts';

export { RegionTable };

/**
 * What every decoder makes and the simulator eats: up to 64 Ki translations as typed columns, and the process
 * events between them.
 *
 *   key   31        22 21                  2 1  0
 *        +------------+---------------------+----+
 *        | region(10) |     VPN bits 19..0  |type|
 *        +------------+---------------------+----+
 *
 * A region is 4 GiB of address space: the decoder interns `address >> 32` (RegionTable). When a trace touches more
 * than 1,024 regions, `wide` chunks hold the same sum in doubles: (region * 2^20 + vpn20) * 4 + type.
 *
 * One record is one TLB lookup: an access that crosses a page stands as two records, the second marked CONTINUES;
 * a modify stands as a load and a store, the store marked MODIFIES.
 */
export interface Chunk {
  /** Records in use, 0..CHUNK_RECORDS; the columns are longer or equal. */
  count: number;
  keys: Int32Array | Float64Array;
  /** Byte offset in the page (bits 0..11) with the flags below. */
  offsets: Uint16Array;
  /** Bytes of the access in this page, 1..4096 (0 when the format has no sizes). */
  sizes: Uint16Array;
  /** In order of position; `at` counts records of this chunk: the event happens before record `at`. */
  events: { at: number; event: TraceEvent }[];
  regions: RegionTable;
  /** The same records again, without repeats (compacted.ts): for whoever can run those. */
  compacted?: Compacted | undefined;
}

export const CHUNK_RECORDS = 65536;
/** The second page of an access that crosses a page boundary. */
export const CONTINUES = 0x8000;
/** The store half of a modify (lackey `M`). */
export const MODIFIES = 0x4000;
/** Made by the kernel on user memory for a system call of the process: read(2) into a buffer, write(2) from one. */
export const BY_KERNEL = 0x2000;
export const OFFSET_MASK = 0x0fff;
/** Regions that the 10 bits of a packed key can name. */
export const PACKED_REGIONS = 1024;

/** An empty packed chunk with columns of CHUNK_RECORDS. */
export function createChunk(regions: RegionTable): Chunk {
  return {
    count: 0,
    keys: new Int32Array(CHUNK_RECORDS),
    offsets: new Uint16Array(CHUNK_RECORDS),
    sizes: new Uint16Array(CHUNK_RECORDS),
    events: [],
    regions,
  };
}
