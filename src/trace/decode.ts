import type { Chunk } from './chunk.ts';
import type { ChunkBuilder } from './chunk-builder.ts';

/**
 * Turns bytes into records, one whole record (line, packet, block) at a time, so that it never waits and never
 * remembers half a record: what it does not consume is given again with more behind it.
 */
export interface Decoder {
  /**
   * Decodes whole records of `bytes[from, to)` into the builder until either is used up.
   * At least WINDOW_PAD bytes behind `to` may be read (their values mean nothing).
   * @param last no bytes follow `to`
   * @returns the position of the first byte that was not consumed
   * @throws InputError with the place when the bytes are no such records
   */
  decode(bytes: Uint8Array, from: number, to: number, last: boolean): number;
}

/** Readable bytes behind the end of the window, for unrolled parsers. */
export const WINDOW_PAD = 64;
const SMALLEST_WINDOW = 1 << 12;

/** The stretch of a stream that is being decoded: what is not yet consumed, and what was added behind it. */
export class Window {
  #bytes = new Uint8Array(SMALLEST_WINDOW);
  #from = 0;
  #to = 0;

  /** Bytes not yet consumed. */
  get length(): number {
    return this.#to - this.#from;
  }

  /** Adds what follows in the stream; the input may be used again afterwards. */
  append(input: Uint8Array): void {
    if (this.#to + input.length > this.#bytes.length - WINDOW_PAD) {
      const needed = this.length + input.length + WINDOW_PAD;
      const next = needed > this.#bytes.length ? new Uint8Array(needed * 2) : this.#bytes;
      next.set(this.#bytes.subarray(this.#from, this.#to));
      this.#bytes = next;
      this.#to -= this.#from;
      this.#from = 0;
    }
    this.#bytes.set(input, this.#to);
    this.#to += input.length;
  }

  /**
   * Lets the decoder consume what it can.
   * @param last nothing more will be added
   */
  decode(decoder: Decoder, last: boolean): void {
    this.#from = decoder.decode(this.#bytes, this.#from, this.#to, last);
  }
}

/**
 * Runs a decoder over a byte stream at constant memory: the bytes pass through one window that starts at the first
 * byte not yet consumed. The same chunk object is yielded each time; the consumer is done with it when it asks for
 * the next.
 */
export async function* decodeStream(
  source: AsyncIterable<Uint8Array>,
  decoder: Decoder,
  builder: ChunkBuilder,
): AsyncGenerator<Chunk, void, undefined> {
  const window = new Window();
  for await (const input of source) {
    window.append(input);
    while (true) {
      window.decode(decoder, false);
      if (!builder.full) break;
      yield builder.chunk;
      builder.clear();
    }
  }
  while (true) {
    window.decode(decoder, true);
    if (builder.empty) return;
    const more = builder.full;
    yield builder.chunk;
    builder.clear();
    if (!more) return;
  }
}
