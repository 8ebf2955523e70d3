import { pipeline, Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { InputError } from '../../core/errors.ts';
import type { Compression } from '../compression.ts';
import { unpackXz } from './xz.ts';
import { unpackZstd } from './zstd.ts';

const OUTPUT_BYTES = 1 << 20;

/** Unpacking stops when it makes more than this many bytes of each stored byte ... */
export const MAX_EXPANSION = 10_000;
/** ... counted from the moment when this much came out. */
const EXPANSION_GRACE = 64 << 20;

/**
 * Unpacks a byte stream at constant memory.
 * @param stored bytes read so far from the file, for the expansion limit
 * @param maxExpansion limit of unpacked per stored bytes
 * @throws InputError (from the iteration) when the data are damaged, cut, or expand beyond the limit
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
  file: { readonly path: string; readonly bytesRead: number },
  maxExpansion: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (compression === 'plain') return yield* passOn(source);
  let out = 0;
  try {
    for await (const piece of unpack(source, compression, file.path)) {
      out += piece.length;
      if (out > EXPANSION_GRACE && out > maxExpansion * file.bytesRead)
        throw tooExpansive(file, maxExpansion);
      yield piece;
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`the ${compression} data are cut off or damaged (${(error as Error).message})`, {
      place: `${file.path}: near byte ${file.bytesRead}`,
      remedy: 'fetch or pack the file again',
    });
  }
}

async function* passOn(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield* source;
}

/** From Node 22.15 on; it also takes long windows. */
const nativeZstd = (zlib as { createZstdDecompress?: (options: object) => Transform }).createZstdDecompress;

function unpack(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
  path: string,
): AsyncIterable<Uint8Array> {
  switch (compression) {
    case 'gzip':
      return throughNode(source, zlib.createGunzip({ chunkSize: OUTPUT_BYTES }));
    case 'brotli':
      return throughNode(source, zlib.createBrotliDecompress({ chunkSize: OUTPUT_BYTES }));
    case 'zstd':
      return nativeZstd
        ? throughNode(source, nativeZstd({ chunkSize: OUTPUT_BYTES }))
        : unpackZstd(source, path);
    case 'xz':
      return unpackXz(source, path);
    default:
      throw new InputError(`${compression} is not unpacked here`, {
        place: path,
        remedy: `${compression} -dc '${path}' | pagewalk ... -`,
      });
  }
}

async function* throughNode(
  source: AsyncIterable<Uint8Array>,
  transform: Transform,
): AsyncGenerator<Uint8Array, void, undefined> {
  // The transform keeps what it is given until it is done with it, the source uses its buffers again.
  async function* copies(): AsyncGenerator<Uint8Array> {
    for await (const piece of source) yield new Uint8Array(piece);
  }
  // Errors come out of the iteration of `transform`; the callback keeps them from being thrown a second time.
  pipeline(Readable.from(copies()), transform, () => undefined);
  yield* transform as AsyncIterable<Uint8Array>;
}

function tooExpansive(file: { path: string; bytesRead: number }, maxExpansion: number): InputError {
  return new InputError(`the data unpack to more than ${maxExpansion} times their size`, {
    place: `${file.path}: near byte ${file.bytesRead}`,
    remedy: 'if this is no decompression bomb, unpack it yourself and give the trace on standard input (-)',
  });
}
