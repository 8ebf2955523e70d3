import { writeFileSync } from 'node:fs';
import { FETCH, LOAD } from '../../src/core/access.ts';
import { RegionTable } from '../../src/core/regions.ts';
import { CHUNK_RECORDS, type Chunk } from '../../src/trace/chunk.ts';
import type { Compacted } from '../../src/trace/compacted.ts';
import { compact } from '../../src/trace/compaction.ts';
import type { TraceSource } from '../../src/trace/source.ts';
import { createStatistics } from '../../src/trace/statistics.ts';

/** A decoded trace in memory: what both sides run, record for record. */
export interface Columns {
  readonly name: string;
  /** region << 22 | low 20 bits of the VPN << 2 | type */
  readonly keys: Int32Array;
  readonly offsets: Uint16Array;
  /** address >> 32 by region. */
  readonly highs: readonly number[];
  /** Records at the front that bring caches and page tables into the state that is to be timed. */
  readonly untimed: number;
  /** What is left of each chunk, where that is to be run. */
  readonly compacted?: readonly Compacted[];
}

/** Writes columns as bench/reference/columns.h reads them. */
export function writeColumns(path: string, { keys, offsets, highs }: Columns): void {
  const head = new Uint32Array([keys.length, highs.length]);
  const parts = [head, BigUint64Array.from(highs, BigInt), keys, offsets];
  writeFileSync(path, Buffer.concat(parts.map((part) => new Uint8Array(part.buffer, 0, part.byteLength))));
}

/** Of the first-level TLBs of reference.yaml. */
const SETS = 16;

/** The columns (all of them timed) with their repeats left out, and the CPU time that takes. */
export function compactColumns(columns: Columns): {
  readonly compacted: Columns;
  readonly nanoseconds: number;
} {
  const { name, keys } = columns;
  const chunks: Compacted[] = [];
  const before = process.cpuUsage();
  for (let from = 0; from < keys.length; from += CHUNK_RECORDS) {
    const chunk = keys.subarray(from, from + CHUNK_RECORDS);
    chunks.push(compact(chunk, chunk.length, [], SETS));
  }
  const { user, system } = process.cpuUsage(before);
  return {
    compacted: { ...columns, name: `${name}, compacted`, compacted: chunks },
    nanoseconds: (user + system) * 1000,
  };
}

/** The CPU nanoseconds between the chunks that a reader asks for; those of the untimed front are left out. */
export interface ChunkTimes {
  readonly nanoseconds: number[];
}

/** Columns as a trace: chunks that cost nothing to decode, each timed until the next is asked for. */
export function sourceOf(columns: Columns, times: ChunkTimes): TraceSource {
  const regions = new RegionTable();
  for (const high of columns.highs) regions.intern(high);
  const statistics = createStatistics();
  const { keys, offsets, untimed, compacted } = columns;
  const sizes = new Uint16Array(CHUNK_RECORDS);
  async function* chunks(): AsyncGenerator<Chunk> {
    for (let from = 0; from < keys.length; ) {
      const end = from < untimed ? untimed : keys.length;
      const to = Math.min(from + CHUNK_RECORDS, end);
      const chunk: Chunk = {
        count: to - from,
        keys: keys.subarray(from, to),
        offsets: offsets.subarray(from, to),
        sizes,
        events: [],
        regions,
        compacted: compacted?.[from / CHUNK_RECORDS],
      };
      for (let i = from; i < to; i++) {
        statistics.records++;
        const type = keys[i]! & 3;
        if (type === FETCH) statistics.fetches++;
        else if (type === LOAD) statistics.loads++;
        else statistics.stores++;
      }
      const before = process.cpuUsage();
      yield chunk;
      const { user, system } = process.cpuUsage(before);
      if (from >= untimed) times.nanoseconds.push((user + system) * 1000);
      from = to;
    }
  }
  return {
    info: {
      path: columns.name,
      format: 'columns',
      compression: 'plain',
      bytes: null,
      properties: {},
      mapped: false,
    },
    regions,
    statistics,
    bytesRead: 0,
    damage: null,
    chunks,
    sha256: async () => '',
    close: async () => {},
  };
}
