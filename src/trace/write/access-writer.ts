import { AccessCursor } from '../access-cursor.ts';
import type { Chunk } from '../chunk.ts';
import type { TraceEvent } from '../event.ts';
import { ByteBuffer } from './byte-buffer.ts';
import type { MakeWriter, Output, TraceWriter } from './writer.ts';

/** How one format writes one access, one event, and its ends. */
export interface AccessFormat {
  begin?(to: ByteBuffer): void;
  /** At most 4 KiB. */
  access(access: AccessCursor, to: ByteBuffer): void;
  event?(event: TraceEvent, to: ByteBuffer): void;
  end?(to: ByteBuffer): void;
}

/** A writer that writes access after access, the events in their places. */
export class AccessWriter implements TraceWriter {
  readonly #format: AccessFormat;
  readonly #buffer: ByteBuffer;
  readonly #cursor = new AccessCursor();

  constructor(format: AccessFormat, out: Output) {
    this.#format = format;
    this.#buffer = new ByteBuffer(out);
    format.begin?.(this.#buffer);
  }

  async write(chunk: Chunk): Promise<void> {
    const cursor = this.#cursor;
    const buffer = this.#buffer;
    const format = this.#format;
    const { events } = chunk;
    let next = 0;
    cursor.start(chunk);
    while (cursor.next()) {
      for (; next < events.length && events[next]!.at <= cursor.at; next++)
        await this.#event(events[next]!.event);
      format.access(cursor, buffer);
      if (buffer.full) await buffer.flush();
    }
    for (; next < events.length; next++) await this.#event(events[next]!.event);
    await buffer.flush();
  }

  async #event(event: TraceEvent): Promise<void> {
    this.#format.event?.(event, this.#buffer);
    if (this.#buffer.full) await this.#buffer.flush();
  }

  async finish(): Promise<void> {
    this.#format.end?.(this.#buffer);
    await this.#buffer.flush();
  }
}

/** The maker of writers for a format; each gets its own state. */
export function accessWriter(make: () => AccessFormat): MakeWriter {
  return async (out) => new AccessWriter(make(), out);
}
