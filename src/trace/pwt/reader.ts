import { InputError } from '../../core/errors.ts';
import { ByteReader } from '../byte-reader.ts';
import type { Chunk } from '../chunk.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { crc32 } from '../crc32.ts';
import type { TraceEvent } from '../event.ts';
import { decodeHeader, splitColumns } from './block.ts';
import type { Inflater } from './codec.ts';
import { ColumnDecoder } from './decode-columns.ts';
import { decodeEvents } from './event-records.ts';
import { describePwt } from './file-header.ts';
import { checkTags } from './fit.ts';
import type { Columns } from './layout.ts';
import {
  BLOCK_HEADER_BYTES,
  type BlockHeader,
  CODEC_STORED,
  decode,
  KIND_INDEX,
  MAX_HEADER_BYTES,
  PREAMBLE_BYTES,
  TRAILER_BYTES,
  TRAILER_MAGIC,
  Trailer,
} from './schema.ts';

export interface PwtReadOptions {
  /** Of the file, for messages. */
  readonly name: string;
  readonly inflater: Inflater;
  /** Told of damage instead of throwing: everything before it has been read. */
  readonly recover?: (damage: InputError) => void;
}

/** Blocks that are unpacked ahead of the one that is decoded. */
const AHEAD = 2;

interface Block {
  readonly columns: Columns;
  readonly events: { at: number; event: TraceEvent }[];
  readonly place: string;
}

/**
 * Decodes a .pwt stream, header first. Blocks are unpacked on other threads while one is decoded here.
 * @throws InputError naming the block when the file is damaged or cut, unless `recover` is given
 */
export async function* decodePwt(
  source: AsyncIterable<Uint8Array>,
  builder: ChunkBuilder,
  options: PwtReadOptions,
): AsyncGenerator<Chunk, void, undefined> {
  const reader = new ByteReader(source);
  yield* decodeBlocks(reader, null, builder, options);
}

/** What has been read, or passed over, before a reader begins. */
interface Before {
  readonly blocks: number;
  readonly accesses: number;
}

/**
 * Decodes from where the reader stands: a block, or the file's header when nothing is `before` it.
 * @throws InputError as decodePwt
 */
export async function* decodeBlocks(
  reader: ByteReader,
  before: Before | null,
  builder: ChunkBuilder,
  options: PwtReadOptions,
): AsyncGenerator<Chunk, void, undefined> {
  try {
    if (before === null) await skipFileHeader(reader, options.name);
    const start = before ?? { blocks: 0, accesses: 0 };
    const whole = options.recover !== undefined;
    for await (const block of unpackedBlocks(reader, start, options))
      yield* decodeBlock(block, builder, whole);
  } catch (error) {
    if (!(error instanceof InputError) || !options.recover) throw error;
    options.recover(error);
  } finally {
    await reader.close();
  }
  if (!builder.empty) {
    yield builder.chunk;
    builder.clear();
  }
}

async function skipFileHeader(reader: ByteReader, name: string): Promise<void> {
  const preamble = await reader.take(PREAMBLE_BYTES);
  const view = new DataView(preamble.buffer, preamble.byteOffset, preamble.length);
  const bytes = preamble.length === PREAMBLE_BYTES ? Math.min(view.getUint32(12, true), MAX_HEADER_BYTES) : 0;
  const body = await reader.take(bytes);
  const head = new Uint8Array(preamble.length + body.length);
  head.set(preamble);
  head.set(body, preamble.length);
  describePwt(head, name);
}

/** The blocks in order, up to AHEAD of them being unpacked while the consumer works. */
async function* unpackedBlocks(
  reader: ByteReader,
  before: Before,
  options: PwtReadOptions,
): AsyncGenerator<Block, void, undefined> {
  const ahead: Promise<Block>[] = [];
  let number = before.blocks;
  let { accesses } = before;
  let damage: unknown = null;
  let ended = false;
  while (!ended || ahead.length > 0) {
    while (!ended && ahead.length < AHEAD) {
      number++;
      const offset = reader.offset;
      const place = `${options.name}: block ${number} (byte ${offset})`;
      try {
        const stored = await takeBlock(reader);
        if (stored.header.kind === KIND_INDEX) {
          ended = true;
          await checkTrailer(reader, offset, accesses);
        } else {
          accesses += stored.header.accesses;
          const unpacking = unpack(stored, options.inflater, place);
          // Awaited in its turn; a failure before that is not lost.
          unpacking.catch(() => undefined);
          ahead.push(unpacking);
        }
      } catch (error) {
        ended = true;
        damage = placed(error, place, number - 1, accesses);
      }
    }
    if (ahead.length > 0) yield await ahead.shift()!;
  }
  if (damage !== null) throw damage;
}

/**
 * The block that the reader stands before, unpacked.
 * @param number of the block, from 1, for messages
 * @throws InputError when it is damaged
 */
export async function readBlock(
  reader: ByteReader,
  number: number,
  { name, inflater }: PwtReadOptions,
): Promise<Block> {
  const place = `${name}: block ${number} (byte ${reader.offset})`;
  try {
    return await unpack(await takeBlock(reader), inflater, place);
  } catch (error) {
    throw error instanceof InputError && error.place !== undefined ? error : placed(error, place, null, null);
  }
}

interface StoredBlock {
  readonly header: BlockHeader;
  readonly payload: Uint8Array;
}

/** The next block as it is stored. */
async function takeBlock(reader: ByteReader): Promise<StoredBlock> {
  const head = await reader.take(BLOCK_HEADER_BYTES);
  if (head.length === 0) throw new InputError('the file ends without its index: it was cut off');
  if (head.length < BLOCK_HEADER_BYTES) throw new InputError('the file ends within the header of a block');
  const header = decodeHeader(head);
  const payload = await reader.take(header.storedBytes);
  if (payload.length < header.storedBytes) throw new InputError('the file ends within a block');
  if (crc32(payload) !== header.payloadCrc) throw new InputError('the data of the block are damaged');
  return { header, payload };
}

/** What follows the index, with which a whole file ends. */
async function checkTrailer(reader: ByteReader, indexOffset: number, accesses: number): Promise<void> {
  const bytes = await reader.take(TRAILER_BYTES);
  if (bytes.length < TRAILER_BYTES) throw new InputError('the file ends within its trailer');
  const trailer = decode(Trailer, bytes);
  if (trailer.magic !== TRAILER_MAGIC || crc32(bytes.subarray(8)) !== trailer.crc)
    throw new InputError('the trailer of the file is damaged');
  if (trailer.indexOffset !== indexOffset || trailer.accesses !== accesses)
    throw new InputError('blocks are missing: the trailer counts others');
  if ((await reader.take(1)).length > 0) throw new InputError('something follows the end of the trace');
}

async function unpack({ header, payload }: StoredBlock, inflater: Inflater, place: string): Promise<Block> {
  try {
    const raw = header.codec === CODEC_STORED ? payload : await inflater.inflate(payload, header.rawBytes);
    const { columns, events } = splitColumns(header, raw);
    return { columns, events: decodeEvents(events, header.events), place };
  } catch (error) {
    throw placed(error, place, null, null);
  }
}

function placed(error: unknown, place: string, blocks: number | null, accesses: number | null): InputError {
  const message = error instanceof Error ? error.message : String(error);
  const before = blocks === null ? 'the blocks' : `the ${blocks} blocks (${accesses} accesses)`;
  return new InputError(message, { place, remedy: `--recover reads ${before} before it` });
}

/** @param whole a block is not begun unless its columns fit, of which otherwise the last access is witness */
function* decodeBlock(
  { columns, events, place }: Block,
  builder: ChunkBuilder,
  whole: boolean,
): Generator<Chunk, void, undefined> {
  try {
    if (whole) checkTags(columns);
    const decoder = new ColumnDecoder(columns, builder);
    const accesses = columns.tags.length;
    for (let next = 0; next <= events.length; next++) {
      const limit = next < events.length ? Math.min(events[next]!.at, accesses) : accesses;
      while (decoder.at < limit) {
        decoder.decode(limit);
        if (builder.full) {
          yield builder.chunk;
          builder.clear();
        }
      }
      if (next < events.length) builder.event(events[next]!.event);
    }
    decoder.checkUsedUp();
  } catch (error) {
    throw error instanceof InputError ? placed(error, place, null, null) : error;
  }
}
