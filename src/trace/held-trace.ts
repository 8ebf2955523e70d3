import type { InputError } from '../core/errors.ts';
import { CHUNK_RECORDS, type Chunk, RegionTable } from './chunk.ts';
import type { TraceInfo, TraceSource } from './source.ts';
import { createStatistics, type TraceStatistics } from './statistics.ts';

/** A decoded chunk: columns as long as it has records, in memory that threads share. */
interface HeldChunk extends Pick<Chunk, 'keys' | 'offsets' | 'sizes' | 'events'> {
  /** As the decoder had counted when it handed the chunk over. */
  readonly statistics: TraceStatistics;
}

/** A whole decoded trace. Posted to another thread it is not copied, but for its events. */
export interface HeldTrace {
  readonly info: TraceInfo;
  readonly sha256: string;
  /** `address >> 32` of the regions, in order. */
  readonly regions: readonly number[];
  readonly chunks: readonly HeldChunk[];
  readonly statistics: TraceStatistics;
}

/**
 * Decodes a trace once, for all who are to run it. Reads the source to its end and closes it.
 * @param limit bytes that the columns may take
 * @returns undefined when the trace is larger; the source is closed then too
 * @throws InputError where the trace is broken
 */
export async function holdTrace(source: TraceSource, limit: number): Promise<HeldTrace | undefined> {
  const chunks: HeldChunk[] = [];
  let bytes = 0;
  for await (const chunk of source.chunks()) {
    const held = holdChunk(chunk, source.statistics);
    bytes += held.keys.byteLength + held.offsets.byteLength + held.sizes.byteLength;
    if (bytes > limit) return undefined;
    chunks.push(held);
  }
  const { info, regions, statistics } = source;
  return {
    info,
    sha256: await source.sha256(),
    regions: Array.from({ length: regions.count }, (_, region) => regions.highOf(region)),
    chunks,
    statistics: { ...statistics },
  };
}

function holdChunk({ count, keys, offsets, sizes, events }: Chunk, statistics: TraceStatistics): HeldChunk {
  const shared = (bytes: number) => new SharedArrayBuffer(count * bytes);
  const own = {
    keys: keys instanceof Int32Array ? new Int32Array(shared(4)) : new Float64Array(shared(8)),
    offsets: new Uint16Array(shared(2)),
    sizes: new Uint16Array(shared(2)),
    events: [...events],
    statistics: { ...statistics },
  };
  own.keys.set(keys.subarray(0, count));
  own.offsets.set(offsets.subarray(0, count));
  own.sizes.set(sizes.subarray(0, count));
  return own;
}

/** One reading of a held trace. Chunks are copies, as consumers may change what they are handed. */
export class HeldSource implements TraceSource {
  readonly info: TraceInfo;
  readonly regions = new RegionTable();
  readonly statistics = createStatistics();
  readonly bytesRead = 0;
  readonly damage: InputError | null = null;
  readonly #trace: HeldTrace;

  constructor(trace: HeldTrace) {
    this.#trace = trace;
    this.info = trace.info;
    for (const high of trace.regions) this.regions.intern(high);
  }

  async *chunks(): AsyncGenerator<Chunk, void, undefined> {
    const packed = new Int32Array(CHUNK_RECORDS);
    const offsets = new Uint16Array(CHUNK_RECORDS);
    const sizes = new Uint16Array(CHUNK_RECORDS);
    let wide: Float64Array | undefined;
    for (const held of this.#trace.chunks) {
      const isPacked = held.keys instanceof Int32Array;
      if (!isPacked) wide ??= new Float64Array(CHUNK_RECORDS);
      const keys = isPacked ? packed : wide!;
      keys.set(held.keys);
      offsets.set(held.offsets);
      sizes.set(held.sizes);
      Object.assign(this.statistics, held.statistics);
      const events = held.events.map((event) => ({ ...event }));
      yield { count: held.keys.length, keys, offsets, sizes, events, regions: this.regions };
    }
    Object.assign(this.statistics, this.#trace.statistics);
  }

  async sha256(): Promise<string> {
    return this.#trace.sha256;
  }

  async close(): Promise<void> {}
}
