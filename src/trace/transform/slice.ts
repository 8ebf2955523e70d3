import { AccessCursor } from '../access-cursor.ts';
import type { Chunk } from '../chunk.ts';
import { ChunkBuilder } from '../chunk-builder.ts';
import type { TraceEvent } from '../event.ts';
import { copyAccess } from './copy-access.ts';

export interface Slice {
  /** Accesses to leave out at the beginning; a modify is one. */
  readonly from: number;
  /** The access before which the slice ends. */
  readonly to: number;
  /** Only accesses of these processes; null for all. */
  readonly pids: ReadonlySet<number> | null;
  /** Only accesses that touch [first, end), addresses in bytes; null for all. */
  readonly addresses: { readonly first: bigint; readonly end: bigint } | null;
}

/**
 * A part of a trace. Every process event up to the end of the slice is kept, those before its first access too, so
 * that processes and mappings are as they were.
 * @param first number of the first access in `chunks`, when those before `wanted.from` have been left out
 */
export async function* slice(
  chunks: AsyncIterable<Chunk>,
  wanted: Slice,
  first = 0,
): AsyncGenerator<Chunk, void, undefined> {
  const { from, to, pids } = wanted;
  const inRange = addressTest(wanted.addresses);
  const builder = new ChunkBuilder();
  const cursor = new AccessCursor();
  let index = first;
  let selected = pids === null;
  const apply = (event: TraceEvent): void => {
    if (event.kind === 'switch' && pids !== null) {
      selected = pids.has(event.pid);
      if (!selected) return;
    }
    builder.event(event);
  };
  for await (const chunk of chunks) {
    const { events } = chunk;
    let next = 0;
    cursor.start(chunk);
    while (index < to && cursor.next()) {
      for (; next < events.length && events[next]!.at <= cursor.at; next++) apply(events[next]!.event);
      if (index++ < from || !selected || !inRange(cursor)) continue;
      copyAccess(cursor, builder);
      if (!builder.full) continue;
      yield builder.chunk;
      builder.clear();
    }
    if (index >= to) break;
    for (; next < events.length; next++) apply(events[next]!.event);
  }
  if (!builder.empty) yield builder.chunk;
}

/** Does an access touch the range? In halves of 32 bits: no BigInt per access. */
function addressTest(addresses: Slice['addresses']): (access: AccessCursor) => boolean {
  if (addresses === null) return () => true;
  const first = halves(addresses.first);
  const last = halves(addresses.end - 1n);
  return ({ high, low, size }) => {
    const start = low >>> 0;
    const end = start + Math.max(1, size) - 1;
    const afterFirst = high > first.high || (high === first.high && end >= first.low);
    const beforeLast = high < last.high || (high === last.high && start <= last.low);
    return afterFirst && beforeLast;
  };
}

function halves(address: bigint): { high: number; low: number } {
  return { high: Number(address >> 32n), low: Number(address & 0xffffffffn) };
}
