import { ACCESS_NAMES, type AccessType } from '../../core/access.ts';
import { formatAddress, REGION_PAGES, type Vpn } from '../../core/addr.ts';
import { InputError } from '../../core/errors.ts';
import { BY_KERNEL, type Chunk, CONTINUES, MODIFIES, OFFSET_MASK } from '../../trace/chunk.ts';
import { ChunkBuilder } from '../../trace/chunk-builder.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { eventText } from '../../trace/event-text.ts';
import { detectFormat, TRACE_FORMATS } from '../../trace/format/index.ts';
import { headOf } from '../../trace/head.ts';
import type { Inflater } from '../../trace/pwt/codec.ts';

/** One record of a trace (one TLB lookup), or one event between records. */
export type TraceOperation =
  | {
      readonly kind: 'record';
      readonly text: string;
      readonly type: AccessType;
      readonly vpn: Vpn;
      readonly offset: number;
    }
  | { readonly kind: 'event'; readonly text: string; readonly event: TraceEvent };

/** The beginning of a trace, decoded. */
export interface TraceScript {
  readonly name: string;
  /** The events state every mapping. */
  readonly mapped: boolean;
  readonly operations: readonly TraceOperation[];
  /** The trace goes on beyond what was taken. */
  readonly cut: boolean;
}

/** Whether unpacked bytes are a trace of any known format. */
export function isTrace(bytes: Uint8Array): boolean {
  return detectFormat(headOf(bytes, true)) !== undefined;
}

/**
 * The first operations of an unpacked trace file of any known format.
 * @param limit operations to take at most
 * @throws InputError when the format is not known or the trace is damaged before the limit
 */
export async function readTraceScript(
  name: string,
  bytes: Uint8Array,
  inflater: Inflater,
  limit: number,
): Promise<TraceScript> {
  const head = headOf(bytes, true);
  const format = detectFormat(head);
  if (!format)
    throw new InputError('neither a scenario nor a trace of a format that pagewalk knows', {
      place: name,
      remedy: `formats: ${TRACE_FORMATS.map((known) => known.name).join(', ')}; unpack .xz, .zst and .br files first`,
    });
  const mapped = format.describe?.(head, name).mapped ?? false;
  const operations: TraceOperation[] = [];
  for await (const chunk of format.decode(once(bytes), new ChunkBuilder(), { name, inflater })) {
    takeChunk(chunk, operations, limit);
    if (operations.length > limit) break;
  }
  if (operations.length === 0) throw new InputError('the trace holds no accesses', { place: name });
  const cut = operations.length > limit;
  return { name, mapped, operations: operations.slice(0, limit), cut };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Appends the operations of a chunk, up to one more than `limit`. */
function takeChunk(chunk: Chunk, to: TraceOperation[], limit: number): void {
  let next = 0;
  for (let at = 0; at <= chunk.count && to.length <= limit; at++) {
    for (; next < chunk.events.length && chunk.events[next]!.at <= at; next++) {
      const { event } = chunk.events[next]!;
      to.push({ kind: 'event', text: eventText(event), event });
    }
    if (at < chunk.count) to.push(record(chunk, at));
  }
}

function record(chunk: Chunk, at: number): TraceOperation {
  const key = chunk.keys[at]!;
  const wide = chunk.keys instanceof Int32Array ? key >>> 0 : key;
  const type = (wide % 4) as AccessType;
  const page = Math.floor(wide / 4);
  const vpn = chunk.regions.highOf(Math.floor(page / REGION_PAGES)) * REGION_PAGES + (page % REGION_PAGES);
  const flags = chunk.offsets[at]!;
  const offset = flags & OFFSET_MASK;
  const size = chunk.sizes[at]!;
  const notes = [
    flags & CONTINUES ? 'next page' : '',
    flags & MODIFIES ? 'modify' : '',
    flags & BY_KERNEL ? 'by the kernel' : '',
  ].filter((note) => note !== '');
  const text = [
    ACCESS_NAMES[type],
    formatAddress(vpn, offset),
    size > 0 ? `${size} B` : '',
    notes.length > 0 ? `(${notes.join(', ')})` : '',
  ];
  return { kind: 'record', text: text.filter((word) => word !== '').join(' '), type, vpn, offset };
}
