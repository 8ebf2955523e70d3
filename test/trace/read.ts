import { ACCESS_NAMES } from '../../src/core/access.ts';
import { joinAddress, REGION_PAGES } from '../../src/core/addr.ts';
import { type Chunk, CONTINUES, MODIFIES, OFFSET_MASK } from '../../src/trace/chunk.ts';
import { ChunkBuilder } from '../../src/trace/chunk-builder.ts';
import { type Decoder, decodeStream } from '../../src/trace/decode.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import type { TraceStatistics } from '../../src/trace/statistics.ts';
import type { OracleRecord } from '../oracle/lackey.ts';

/** Everything in a chunk, unpacked with BigInt. */
export function recordsOf(chunk: Chunk): OracleRecord[] {
  return Array.from({ length: chunk.count }, (_, i) => {
    const key = chunk.keys instanceof Int32Array ? chunk.keys[i]! >>> 0 : chunk.keys[i]!;
    const region = chunk.regions.highOf(Math.floor(key / 0x400000));
    const vpn = region * REGION_PAGES + (Math.floor(key / 4) % REGION_PAGES);
    const offset = chunk.offsets[i]!;
    return {
      type: ACCESS_NAMES[(key % 4) as 0 | 1 | 2],
      address: joinAddress(vpn, offset & OFFSET_MASK),
      size: chunk.sizes[i]!,
      continues: (offset & CONTINUES) !== 0,
      modifies: (offset & MODIFIES) !== 0,
    };
  });
}

export interface Decoded {
  readonly records: OracleRecord[];
  /** Events with the number of records before them. */
  readonly events: { at: number; event: TraceEvent }[];
  readonly statistics: TraceStatistics;
}

export async function collect(chunks: AsyncIterable<Chunk>, statistics: TraceStatistics): Promise<Decoded> {
  const records: OracleRecord[] = [];
  const events: Decoded['events'] = [];
  for await (const chunk of chunks) {
    for (const { at, event } of chunk.events) events.push({ at: records.length + at, event });
    records.push(...recordsOf(chunk));
  }
  return { records, events, statistics };
}

/** Decodes bytes that arrive in the given pieces. */
export function decodeAll(
  makeDecoder: (builder: ChunkBuilder, name: string) => Decoder,
  pieces: Iterable<Uint8Array>,
): Promise<Decoded> {
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield* pieces;
  }
  const builder = new ChunkBuilder();
  return collect(decodeStream(stream(), makeDecoder(builder, 'trace'), builder), builder.statistics);
}

/** The same bytes cut at the given places (any numbers; taken modulo the length). */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...cuts].map((from, i) => bytes.slice(from, cuts[i] ?? bytes.length));
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
