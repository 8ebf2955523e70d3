import { createReadStream } from 'node:fs';
import { InputError } from '../core/errors.ts';
import { compressionOf } from '../trace/compression.ts';
import { peek } from '../trace/head.ts';
import { decompress, MAX_EXPANSION } from '../trace/node/decompress.ts';

/** Longer than any vector; a file with longer lines holds something else. */
const MAX_LINE_BYTES = 16 << 20;
const NEWLINE = 0x0a;

/**
 * The lines of a text file with their numbers (from 1), empty lines left out; unpacked when packed.
 * @param path of a file, or `-` for standard input
 * @throws InputError where the data are damaged or no text; a system error where the file cannot be read
 */
export async function* numberedLines(
  path: string,
): AsyncGenerator<{ readonly number: number; readonly text: string }, void, undefined> {
  const file = { path, bytesRead: 0 };
  const { head, all } = await peek(counted(path, file), 16);
  // Brotli has no mark at its beginning.
  const compression = /\.br$/i.test(path) ? 'brotli' : compressionOf(head);
  let number = 0;
  for await (const line of splitLines(decompress(all, compression, file, MAX_EXPANSION), path)) {
    number++;
    const text = line.toString('utf8').trim();
    if (text !== '') yield { number, text };
  }
}

async function* counted(
  path: string,
  file: { bytesRead: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  const source: AsyncIterable<Uint8Array> = path === '-' ? process.stdin : createReadStream(path);
  for await (const piece of source) {
    file.bytesRead += piece.length;
    yield piece;
  }
}

async function* splitLines(
  pieces: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Buffer, void, undefined> {
  let rest = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      yield bytes.subarray(from, end);
      from = end + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > MAX_LINE_BYTES) {
      throw new InputError(`a line of more than ${MAX_LINE_BYTES} bytes`, {
        place: path,
        remedy: 'a file of vectors has one JSON object a line (docs/vectors.md)',
      });
    }
  }
  if (rest.length > 0) yield rest;
}
