import type { Head } from './format/format.ts';
import { NEWLINE } from './format/text.ts';

const HEAD_LINES = 200;
const latin1 = new TextDecoder('latin1');

/** What format detection looks at: `bytes` are the first of the file, all of it when `complete`. */
export function headOf(bytes: Uint8Array, complete: boolean): Head {
  const lines: string[] = [];
  if (!bytes.includes(0))
    for (let from = 0; from < bytes.length && lines.length < HEAD_LINES; ) {
      const newline = bytes.indexOf(NEWLINE, from);
      if (newline < 0 && !complete) break;
      const end = newline < 0 ? bytes.length : newline;
      const stop = end > from && bytes[end - 1] === 0x0d ? end - 1 : end;
      lines.push(latin1.decode(bytes.subarray(from, stop)));
      from = end + 1;
    }
  return { bytes, lines, complete };
}

/** Reads at least `wanted` bytes ahead (fewer when the stream is shorter) and gives the stream back whole. */
export async function peek(
  source: AsyncIterable<Uint8Array>,
  wanted: number,
): Promise<{ head: Uint8Array; complete: boolean; all: AsyncGenerator<Uint8Array, void, undefined> }> {
  const iterator = source[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let have = 0;
  let complete = false;
  while (have < wanted && !complete) {
    const { value, done } = await iterator.next();
    if (done) complete = true;
    else {
      // The source may use its buffer again for the next piece.
      pieces.push(new Uint8Array(value));
      have += value.length;
    }
  }
  const head = new Uint8Array(have);
  let at = 0;
  for (const piece of pieces) {
    head.set(piece, at);
    at += piece.length;
  }
  return { head, complete, all: rest(head, complete, iterator) };
}

async function* rest(
  head: Uint8Array,
  complete: boolean,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (head.length > 0) yield head;
    while (!complete) {
      const { value, done } = await iterator.next();
      if (done) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}
