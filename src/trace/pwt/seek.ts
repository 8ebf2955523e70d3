import { ByteReader } from '../byte-reader.ts';
import type { Chunk } from '../chunk.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { crc32 } from '../crc32.ts';
import type { RandomAccess } from '../random-access.ts';
import { decodeHeader } from './block.ts';
import { decodeBlocks, type PwtReadOptions, readBlock } from './reader.ts';
import {
  BLOCK_HEADER_BYTES,
  CODEC_STORED,
  decode,
  Index,
  type IndexEntry,
  KIND_INDEX,
  PREAMBLE_BYTES,
  TRAILER_BYTES,
  TRAILER_MAGIC,
  Trailer,
} from './schema.ts';

/** The rest of a trace, from a block on, and every event before it. */
export interface SoughtPwt {
  /** Number of the first access that comes. */
  readonly first: number;
  readonly chunks: AsyncGenerator<Chunk, void, undefined>;
}

/**
 * Finds access `from` by the index. Of the blocks before its own, those with events are unpacked for them, and the
 * others are not read at all.
 * @returns null when the index cannot be read: a reading front to back says where the file is damaged
 */
export async function seekPwt(
  file: RandomAccess,
  from: number,
  builder: ChunkBuilder,
  options: PwtReadOptions,
): Promise<SoughtPwt | null> {
  const index = await readIndex(file, options).catch(() => null);
  if (index === null) return null;
  const { blocks, end } = index;
  const own = blocks.findIndex(({ firstAccess, accesses }) => firstAccess + accesses > from);
  const before = own < 0 ? blocks : blocks.slice(0, own);
  const last = before.at(-1);
  const first = last === undefined ? 0 : last.firstAccess + last.accesses;
  const offset = own < 0 ? end : blocks[own]!.offset;
  return { first, chunks: decodeFrom(file, { before, first, offset }, builder, options) };
}

interface Start {
  /** Blocks of which only events are wanted. */
  readonly before: readonly IndexEntry[];
  readonly first: number;
  readonly offset: number;
}

async function* decodeFrom(
  file: RandomAccess,
  { before, first, offset }: Start,
  builder: ChunkBuilder,
  options: PwtReadOptions,
): AsyncGenerator<Chunk, void, undefined> {
  for (const [number, entry] of before.entries()) {
    if (entry.events === 0) continue;
    const reader = new ByteReader(file.bytesFrom(entry.offset));
    reader.offset = entry.offset;
    const { events } = await readBlock(reader, number + 1, options);
    await reader.close();
    for (const { event } of events) builder.event(event);
    yield builder.chunk;
    builder.clear();
  }
  const reader = new ByteReader(file.bytesFrom(offset));
  reader.offset = offset;
  yield* decodeBlocks(reader, { blocks: before.length, accesses: first }, builder, options);
}

/**
 * The index, by way of the trailer at the end of the file, and where it begins.
 * @throws Error of some kind when either is not what it must be
 */
async function readIndex(
  file: RandomAccess,
  { inflater }: PwtReadOptions,
): Promise<{ blocks: readonly IndexEntry[]; end: number }> {
  if (file.size < TRAILER_BYTES) throw new Error('trailer');
  const trailerBytes = await file.readAt(file.size - TRAILER_BYTES, TRAILER_BYTES);
  const trailer = decode(Trailer, trailerBytes);
  if (trailer.magic !== TRAILER_MAGIC || crc32(trailerBytes.subarray(8)) !== trailer.crc)
    throw new Error('trailer');
  const end = trailer.indexOffset;
  const header = decodeHeader(await file.readAt(end, BLOCK_HEADER_BYTES));
  // What follows the index is known, so its length is: a lie about it allocates nothing.
  if (
    header.kind !== KIND_INDEX ||
    end + BLOCK_HEADER_BYTES + header.storedBytes + TRAILER_BYTES !== file.size
  )
    throw new Error('index');
  const payload = await file.readAt(end + BLOCK_HEADER_BYTES, header.storedBytes);
  if (crc32(payload) !== header.payloadCrc) throw new Error('index');
  const raw = header.codec === CODEC_STORED ? payload : await inflater.inflate(payload, header.rawBytes);
  const blocks = decode(Index, raw);
  if (!isSound(blocks, end, trailer.accesses)) throw new Error('index');
  return { blocks, end };
}

/** Blocks one behind the other, in the file and in the trace. */
function isSound(blocks: readonly IndexEntry[], end: number, accesses: number): boolean {
  let offset = PREAMBLE_BYTES;
  let next = 0;
  for (const block of blocks) {
    if (block.offset < offset || block.firstAccess !== next) return false;
    offset = block.offset + BLOCK_HEADER_BYTES;
    next += block.accesses;
  }
  return offset <= end && next === accesses;
}
