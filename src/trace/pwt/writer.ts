import { AccessCursor } from '../access-cursor.ts';
import type { Chunk } from '../chunk.ts';
import { crc32 } from '../crc32.ts';
import type { TraceEvent } from '../event.ts';
import { EVENT_BYTES, encodeHeader, joinColumns } from './block.ts';
import type { Deflater } from './codec.ts';
import { ColumnEncoder } from './encode-columns.ts';
import { encodeEvent } from './event-records.ts';
import {
  BLOCK_HEADER_BYTES,
  BLOCK_MAGIC,
  CODEC_DEFLATE,
  CODEC_STORED,
  encode,
  FileHeader,
  FLAG_MAPPED,
  Index,
  type IndexEntry,
  KIND_ACCESSES,
  KIND_INDEX,
  PREAMBLE_BYTES,
  PREAMBLE_CRC,
  Preamble,
  SIGNATURE,
  TRAILER_BYTES,
  TRAILER_MAGIC,
  Trailer,
  VERSION,
} from './schema.ts';

/** Blocks that are being packed while the next one fills. */
const MAX_PENDING = 3;

export interface PwtOptions {
  /** Where the trace comes from: keys and values, none of them with a NUL. */
  readonly properties: Readonly<Record<string, string>>;
  /** The events state every mapping, the initial layout included. */
  readonly mapped: boolean;
}

/** Writes a .pwt file as a stream, at constant memory (but for an index of 40 bytes a block). */
export class PwtWriter {
  readonly #out: (bytes: Uint8Array) => Promise<void>;
  readonly #deflater: Deflater;
  readonly #columns = new ColumnEncoder();
  readonly #cursor = new AccessCursor();
  #events: Uint8Array[] = [];
  #eventBytes = 0;
  readonly #index: IndexEntry[] = [];
  #offset = 0;
  #accesses = 0;
  #eventCount = 0;
  /** Process and thread now, and at the first access of the block. */
  #running = { pid: 0, tid: 0 };
  #blockRunning = this.#running;
  /** Blocks on their way out, in order. */
  #pending: Promise<void>[] = [];

  private constructor(out: (bytes: Uint8Array) => Promise<void>, deflater: Deflater) {
    this.#out = out;
    this.#deflater = deflater;
  }

  /** Begins a file: writes its header. `out` is called for one piece at a time, in order. */
  static async begin(
    out: (bytes: Uint8Array) => Promise<void>,
    deflater: Deflater,
    options: PwtOptions,
  ): Promise<PwtWriter> {
    const writer = new PwtWriter(out, deflater);
    const properties = Object.entries(options.properties).map(([name, text]) => ({ name, text }));
    const header = encode(FileHeader, properties);
    const [signature0, signature1] = SIGNATURE;
    const preamble = encode(Preamble, {
      signature0,
      signature1,
      version: VERSION,
      flags: options.mapped ? FLAG_MAPPED : 0,
      headerBytes: header.length,
      headerCrc: 0,
    });
    const crc = crc32(header, crc32(preamble.subarray(0, PREAMBLE_CRC)));
    new DataView(preamble.buffer).setUint32(PREAMBLE_CRC, crc, true);
    writer.#offset = PREAMBLE_BYTES + header.length;
    await out(preamble);
    await out(header);
    return writer;
  }

  /** Adds the accesses and events of a chunk, which may be used again once this has resolved. */
  async write(chunk: Chunk): Promise<void> {
    const cursor = this.#cursor;
    const columns = this.#columns;
    const { events } = chunk;
    let next = 0;
    let nextAt = events.length > 0 ? events[0]!.at : Number.POSITIVE_INFINITY;
    cursor.start(chunk);
    while (cursor.next()) {
      while (nextAt <= cursor.at) {
        await this.#event(events[next]!.event);
        next++;
        nextAt = next < events.length ? events[next]!.at : Number.POSITIVE_INFINITY;
      }
      if (columns.full) await this.#endBlock();
      columns.add(cursor);
    }
    for (; next < events.length; next++) await this.#event(events[next]!.event);
  }

  /** Writes what is left, the index and the trailer. */
  async finish(): Promise<void> {
    if (this.#columns.count > 0 || this.#events.length > 0) await this.#endBlock();
    await this.#drain(0);
    const indexOffset = this.#offset;
    const raw = encode(Index, this.#index);
    const packed = await this.#deflater.deflate(raw);
    await this.#block({ ...EMPTY_HEADER, kind: KIND_INDEX, rawBytes: raw.length }, packed, raw);
    const trailer = encode(Trailer, {
      magic: TRAILER_MAGIC,
      crc: 0,
      indexOffset,
      accesses: this.#accesses,
      events: this.#eventCount,
    });
    new DataView(trailer.buffer).setUint32(4, crc32(trailer.subarray(8, TRAILER_BYTES)), true);
    await this.#out(trailer);
  }

  async #event(event: TraceEvent): Promise<void> {
    if (this.#eventBytes >= EVENT_BYTES) await this.#endBlock();
    const bytes = encodeEvent(this.#columns.count, event);
    this.#events.push(bytes);
    this.#eventBytes += bytes.length;
    this.#eventCount++;
    if (event.kind === 'switch') {
      this.#running = { pid: event.pid, tid: event.tid ?? 0 };
      if (this.#columns.count === 0) this.#blockRunning = this.#running;
    }
  }

  /** Sends the block on its way and begins the next. */
  async #endBlock(): Promise<void> {
    const columns = this.#columns.columns();
    const raw = joinColumns(columns, this.#events);
    const header = {
      ...EMPTY_HEADER,
      rawBytes: raw.length,
      firstAccess: this.#accesses,
      ...this.#blockRunning,
      accesses: this.#columns.count,
      events: this.#events.length,
      eventBytes: this.#eventBytes,
      regions: columns.regionHighs.length,
      lows: columns.lows.length,
      words: columns.words.length,
      sizes: columns.sizes.length,
      bytes: columns.bytes.length,
    };
    const before = this.#pending.at(-1) ?? Promise.resolve();
    const packing = this.#deflater.deflate(raw);
    const done = before.then(async () => this.#block(header, await packing, raw));
    // Whoever drains sees the failure; until then it must not count as unhandled.
    done.catch(() => undefined);
    this.#pending.push(done);
    this.#accesses += this.#columns.count;
    this.#columns.reset();
    this.#events = [];
    this.#eventBytes = 0;
    this.#blockRunning = this.#running;
    await this.#drain(MAX_PENDING);
  }

  async #drain(allowed: number): Promise<void> {
    while (this.#pending.length > allowed) await this.#pending.shift();
  }

  /** Writes one block, as it is when packing does not make it smaller. */
  async #block(header: typeof EMPTY_HEADER, packed: Uint8Array, raw: Uint8Array): Promise<void> {
    const stored = packed.length < raw.length ? packed : raw;
    const bytes = encodeHeader({
      ...header,
      codec: stored === raw ? CODEC_STORED : CODEC_DEFLATE,
      storedBytes: stored.length,
      payloadCrc: crc32(stored),
    });
    if (header.kind === KIND_ACCESSES) {
      const { firstAccess, accesses, events, pid, tid } = header;
      this.#index.push({ offset: this.#offset, firstAccess, accesses, events, pid, tid });
    }
    this.#offset += BLOCK_HEADER_BYTES + stored.length;
    await this.#out(bytes);
    await this.#out(stored);
  }
}

const EMPTY_HEADER = {
  magic: BLOCK_MAGIC,
  headerCrc: 0,
  payloadCrc: 0,
  kind: KIND_ACCESSES,
  codec: CODEC_STORED,
  reserved: 0,
  storedBytes: 0,
  rawBytes: 0,
  firstAccess: 0,
  pid: 0,
  tid: 0,
  accesses: 0,
  events: 0,
  eventBytes: 0,
  regions: 0,
  lows: 0,
  words: 0,
  sizes: 0,
  bytes: 0,
};
