import type { InputError } from '../core/errors.ts';
import { type Chunk, RegionTable } from './chunk.ts';
import type { Compacted } from './compacted.ts';
import { compact } from './compaction.ts';
import type { TraceInfo, TraceSource } from './source.ts';
import { createStatistics, type TraceStatistics } from './statistics.ts';

/** A decoded chunk: columns as long as it has records, in memory that threads share. */
interface HeldChunk extends Pick<Chunk, 'keys' | 'offsets' | 'sizes' | 'events' | 'compacted'> {
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
 * Decodes and compacts a trace once, for all who are to run it. Reads the source to its end and closes it.
 * @param limit bytes that the columns may take
 * @param sets of TLBs, to be told apart in compacting
 * @returns undefined when the trace is larger; the source is closed then too
 * @throws InputError where the trace is broken
 */
export async function holdTrace(
  source: TraceSource,
  limit: number,
  sets: number,
): Promise<HeldTrace | undefined> {
  const chunks: HeldChunk[] = [];
  let bytes = 0;
  for await (const chunk of source.chunks()) {
    const held = holdChunk(chunk, source.statistics, sets);
    bytes += bytesOf(held);
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

function holdChunk(
  { count, keys, offsets, sizes, events }: Chunk,
  statistics: TraceStatistics,
  sets: number,
): HeldChunk {
  const compacted = keys instanceof Int32Array ? compact(keys, count, events, sets) : undefined;
  return {
    keys: share(keys, count),
    offsets: share(offsets, count),
    sizes: share(sizes, count),
    events: [...events],
    statistics: { ...statistics },
    ...(compacted && isWorthIt(compacted, count) && { compacted: shareCompacted(compacted) }),
  };
}

/** Where most records are kept, a run of all of them is as fast. */
function isWorthIt({ keys }: Compacted, count: number): boolean {
  return 2 * keys.length < count;
}

function shareCompacted({ sets, keys, places, records, kept, folded }: Compacted): Compacted {
  return {
    sets,
    keys: share(keys),
    places: share(places),
    records: share(records),
    kept: share(kept),
    folded: share(folded),
  };
}

type Column = Int32Array | Float64Array | Uint16Array | Uint32Array;

/** The first numbers of a column, in memory that threads share. */
function share<Kind extends Column>(column: Kind, count = column.length): Kind {
  const Column = column.constructor as new (buffer: SharedArrayBuffer) => Kind;
  const own = new Column(new SharedArrayBuffer(count * column.BYTES_PER_ELEMENT));
  own.set(column.subarray(0, count));
  return own;
}

function bytesOf({ keys, offsets, sizes, compacted }: HeldChunk): number {
  const columns: readonly Column[] = [keys, offsets, sizes];
  const left: readonly Column[] = compacted
    ? [compacted.keys, compacted.places, compacted.records, compacted.kept, compacted.folded]
    : [];
  return [...columns, ...left].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** One reading of a held trace, out of the columns that all readers share. */
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
    const { regions } = this;
    for (const { statistics, ...columns } of this.#trace.chunks) {
      Object.assign(this.statistics, statistics);
      yield { count: columns.keys.length, regions, ...columns };
    }
    Object.assign(this.statistics, this.#trace.statistics);
  }

  async sha256(): Promise<string> {
    return this.#trace.sha256;
  }

  async close(): Promise<void> {}
}
