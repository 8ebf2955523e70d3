import { type AnySchema, bool, object, optional, string, u8, u32 } from 'typed-binary';
import { InputError } from '../../core/errors.ts';
import type { Backing, TraceEvent } from '../event.ts';
import { decode, encode, u64 } from './schema.ts';

type Kind = TraceEvent['kind'];
type Fields = Record<string, unknown>;

const range = { pid: u32, vpn: u64, pages: u64 };

/** The number and the fields of each kind of event. Numbers are never used again for something else. */
const RECORDS: { readonly [K in Kind]: { readonly code: number; readonly fields: AnySchema } } = {
  switch: { code: 1, fields: object({ pid: u32, tid: optional(u32) }) },
  start: { code: 2, fields: object({ pid: u32, name: optional(string) }) },
  file: { code: 3, fields: object({ file: u32, bytes: u64, tmpfs: optional(bool), path: string }) },
  mmap: {
    code: 4,
    fields: object({
      ...range,
      prot: string,
      shared: bool,
      backing: optional(object({ file: u32, pageOffset: u64 })),
      role: optional(string),
      populate: optional(bool),
      thp: optional(bool),
    }),
  },
  munmap: { code: 5, fields: object(range) },
  mprotect: { code: 6, fields: object({ ...range, prot: string }) },
  mremap: { code: 7, fields: object({ ...range, newVpn: u64, newPages: u64 }) },
  madvise: { code: 8, fields: object({ ...range, advice: string }) },
  brk: { code: 9, fields: object({ pid: u32, endVpn: u64 }) },
  fork: { code: 10, fields: object({ pid: u32, child: u32, vm: optional(string) }) },
  exec: { code: 11, fields: object({ pid: u32, name: string }) },
  exit: { code: 12, fields: object({ pid: u32, status: optional(u32) }) },
  wait: { code: 13, fields: object({ pid: u32, child: u32 }) },
};
const KINDS = new Map(Object.entries(RECORDS).map(([kind, { code }]) => [code, kind as Kind]));

/** What stands before the fields: the access of the block that the event comes before, its kind, its length. */
const Frame = object({ at: u32, code: u8, bytes: u32 });
const FRAME_BYTES = 9;

/** The bytes of an event that comes before access `at` of its block. */
export function encodeEvent(at: number, event: TraceEvent): Uint8Array {
  const { code, fields } = RECORDS[event.kind];
  const body = encode(fields as never, flat(event) as never);
  const bytes = new Uint8Array(FRAME_BYTES + body.length);
  bytes.set(encode(Frame, { at, code, bytes: body.length }));
  bytes.set(body, FRAME_BYTES);
  return bytes;
}

/**
 * The events of a block. Kinds that this version does not know are passed over.
 * @throws InputError without a place when the bytes are no events
 */
export function decodeEvents(bytes: Uint8Array, count: number): { at: number; event: TraceEvent }[] {
  const events: { at: number; event: TraceEvent }[] = [];
  let offset = 0;
  let before = 0;
  for (let i = 0; i < count; i++) {
    if (offset + FRAME_BYTES > bytes.length) throw new InputError('the events end too soon');
    const frame = decode(Frame, bytes.subarray(offset, offset + FRAME_BYTES));
    offset += FRAME_BYTES;
    if (offset + frame.bytes > bytes.length) throw new InputError('an event is longer than its block');
    if (frame.at < before) throw new InputError('the events are out of order');
    before = frame.at;
    const kind = KINDS.get(frame.code);
    if (kind)
      events.push({ at: frame.at, event: decodeEvent(kind, bytes.subarray(offset, offset + frame.bytes)) });
    offset += frame.bytes;
  }
  return events;
}

function decodeEvent(kind: Kind, body: Uint8Array): TraceEvent {
  let fields: Fields;
  try {
    fields = decode(RECORDS[kind].fields as never, body);
  } catch {
    throw new InputError(`the fields of a '${kind}' event end too soon`);
  }
  return round(kind, fields);
}

/** The event as the schema takes it: a backing is a file or nothing. */
function flat(event: TraceEvent): Fields {
  if (event.kind !== 'mmap') return { ...event };
  const { backing } = event;
  return {
    ...event,
    backing: backing.kind === 'file' ? { file: backing.file, pageOffset: backing.pageOffset } : undefined,
  };
}

/** The inverse of {@link flat}; fields that were not given are left out. */
function round(kind: Kind, fields: Fields): TraceEvent {
  const event: Fields = { kind };
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) event[name] = value;
  if (kind === 'mmap') {
    const file = fields.backing as { file: number; pageOffset: number } | undefined;
    event.backing = (file ? { kind: 'file', ...file } : { kind: 'anon' }) satisfies Backing;
  }
  return event as unknown as TraceEvent;
}
