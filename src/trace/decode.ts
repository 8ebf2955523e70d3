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
const WINDOW_BYTES = 2 << 20;

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
  let window = new Uint8Array(WINDOW_BYTES + WINDOW_PAD);
  let from = 0;
  let to = 0;
  for await (const input of source) {
    if (to + input.length > window.length - WINDOW_PAD) {
      const kept = to - from;
      const needed = kept + input.length + WINDOW_PAD;
      const next = needed > window.length ? new Uint8Array(needed * 2) : window;
      next.set(window.subarray(from, to));
      window = next;
      from = 0;
      to = kept;
    }
    window.set(input, to);
    to += input.length;
    while (true) {
      from = decoder.decode(window, from, to, false);
      if (!builder.full) break;
      yield builder.chunk;
      builder.clear();
    }
  }
  while (true) {
    from = decoder.decode(window, from, to, true);
    if (builder.empty) return;
    const more = builder.full;
    yield builder.chunk;
    builder.clear();
    if (!more) return;
  }
}
