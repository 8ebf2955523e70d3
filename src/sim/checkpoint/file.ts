import { createHash } from 'node:crypto';
import { InputError } from '../../core/errors.ts';
import type { RunIdentity } from './identity.ts';
import type { Image } from './image.ts';
import type { SparseBytes } from './sparse.ts';

/**
 * A checkpoint file:
 *
 *   "pagewalk checkpoint 1\n"
 *   u32 length, header as JSON     what run it is of
 *   u32 length, structure as JSON  the image without its bytes, and where they go
 *   bytes                          of buffers without their zeros, then of rows, one behind the other
 *   SHA-256 of all that
 *
 * Nothing in it is packed but zeros, for which the host needs no memory: reading one takes memory in proportion to
 * its size, whatever it claims.
 */
const MAGIC = Buffer.from('pagewalk checkpoint 1\n');
const HASH_BYTES = 32;
/** Of a file: what Node reads in one piece. */
export const MAX_CHECKPOINT_BYTES = 2 ** 31 - 1;
/** Of all buffers together, zeros included. */
const MAX_STATE_BYTES = 2 ** 34;

export interface CheckpointHeader {
  readonly run: RunIdentity;
  /** The command line that made it, for people. */
  readonly command: string;
  readonly accesses: number;
}

/** An image without its bytes: of a buffer, its length, then where each piece goes and how long it is. */
type Structure = Omit<Image, 'buffers' | 'rows'> & {
  readonly buffers: readonly (readonly number[])[];
  readonly rows: readonly number[];
};

/** The file in pieces, to be written in turn. Some are views of the state: write them before it changes. */
export function encodeCheckpoint(header: CheckpointHeader, image: Image): Uint8Array[] {
  const { buffers, rows, ...rest } = image;
  const structure: Structure = {
    ...rest,
    buffers: buffers.map(({ length, pieces }) => [
      length,
      ...pieces.flatMap(({ at, bytes }) => [at, bytes.length]),
    ]),
    rows: rows.map(({ length }) => length),
  };
  const bytes = buffers.flatMap(({ pieces }) => pieces.map((piece) => piece.bytes));
  const parts = [MAGIC, ...sized(header), ...sized(structure), ...bytes, ...rows];
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return [...parts, hash.digest()];
}

/**
 * @param file the whole of it
 * @throws InputError when it is no checkpoint, or not as it was written
 */
export function decodeCheckpoint(file: Buffer, place: string): { header: CheckpointHeader; image: Image } {
  if (!file.subarray(0, MAGIC.length).equals(MAGIC))
    throw new InputError('this is no checkpoint of this version of pagewalk', {
      place,
      remedy: 'name the file that --checkpoint wrote',
    });
  const body = file.subarray(0, Math.max(0, file.length - HASH_BYTES));
  if (!createHash('sha256').update(body).digest().equals(file.subarray(body.length))) throw damaged(place);
  try {
    const header = takeSized(body, MAGIC.length);
    const structure = takeSized(body, header.end);
    const image = imageOf(structure.value as Structure, body.subarray(structure.end));
    return { header: header.value as CheckpointHeader, image };
  } catch {
    throw damaged(place);
  }
}

function sized(value: unknown): [Buffer, Buffer] {
  const text = Buffer.from(JSON.stringify(value));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return [length, text];
}

function takeSized(body: Buffer, at: number): { value: unknown; end: number } {
  const end = at + 4 + body.readUInt32LE(at);
  return { value: JSON.parse(body.toString('utf8', at + 4, end)), end };
}

/** @throws an error of any kind when the bytes are not those that the structure speaks of */
function imageOf({ buffers, rows, ...rest }: Structure, bytes: Uint8Array): Image {
  let next = 0;
  const take = (length: number): Uint8Array => {
    if (!(length >= 0) || next + length > bytes.length) throw new RangeError('bytes beyond the end');
    next += length;
    return bytes.subarray(next - length, next);
  };
  const sparse = buffers.map(([length, ...places]) => sparseOf(length!, places, take));
  const state = sparse.reduce((sum, { length }) => sum + length, 0);
  if (!(state <= MAX_STATE_BYTES)) throw new RangeError('a state that no run has');
  const image = { ...rest, buffers: sparse, rows: rows.map(take) };
  if (next !== bytes.length) throw new RangeError('bytes that belong to nothing');
  return image;
}

function sparseOf(
  length: number,
  places: readonly number[],
  take: (length: number) => Uint8Array,
): SparseBytes {
  let end = 0;
  const pieces: { at: number; bytes: Uint8Array }[] = [];
  for (let i = 0; i < places.length; i += 2) {
    const at = places[i]!;
    const bytes = take(places[i + 1]!);
    if (!(at >= end) || at + bytes.length > length) throw new RangeError('a piece outside its buffer');
    end = at + bytes.length;
    pieces.push({ at, bytes });
  }
  return { length, pieces };
}

function damaged(place: string): InputError {
  return new InputError('the checkpoint is damaged', {
    place,
    remedy: 'run from the beginning, without --resume',
  });
}
