import { InputError } from '../../core/errors.ts';
import { crc32 } from '../crc32.ts';
import { BLOCK_ACCESSES, type Columns } from './layout.ts';
import {
  BLOCK_HEADER_BYTES,
  BLOCK_HEADER_UNCHECKED,
  BLOCK_MAGIC,
  BlockHeader,
  CODEC_DEFLATE,
  CODEC_STORED,
  decode,
  encode,
  KIND_ACCESSES,
  KIND_INDEX,
} from './schema.ts';

const SIZE_TABLE_ENTRIES = 64;
/** A block is closed when its events reach this. */
export const EVENT_BYTES = 1 << 20;
/** What a reader accepts: some writer may choose larger blocks, none a hundred times larger. */
const MAX_ACCESSES = 16 * BLOCK_ACCESSES;
const MAX_EVENT_BYTES = 64 << 20;

/** Bytes of the unpacked payload of an access block, by its header. */
function payloadBytes(header: BlockHeader): number {
  return (
    SIZE_TABLE_ENTRIES * 2 +
    header.regions * 4 +
    header.lows * 6 +
    header.words * 2 +
    header.sizes * 2 +
    header.accesses +
    header.bytes +
    header.eventBytes
  );
}

/** The unpacked payload: region table, lows, size table, regions, words, sizes, tags, bytes, events; no gaps. */
export function joinColumns(columns: Columns, events: readonly Uint8Array[]): Uint8Array {
  const { regionHighs, lows, sizeTable, regions, words, sizes, tags, bytes } = columns;
  const parts = [regionHighs, lows, sizeTable, regions, words, sizes, tags, bytes, ...events];
  const payload = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    payload.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return payload;
}

/** The columns of an unpacked payload as views, and the bytes of its events. */
export function splitColumns(
  header: BlockHeader,
  payload: Uint8Array,
): { columns: Columns; events: Uint8Array } {
  const aligned = payload.byteOffset % 4 === 0 ? payload : new Uint8Array(payload);
  const { buffer } = aligned;
  let at = aligned.byteOffset;
  const take = (bytes: number): number => {
    at += bytes;
    return at - bytes;
  };
  const columns = {
    regionHighs: new Uint32Array(buffer, take(header.regions * 4), header.regions),
    lows: new Int32Array(buffer, take(header.lows * 4), header.lows),
    sizeTable: new Uint16Array(buffer, take(SIZE_TABLE_ENTRIES * 2), SIZE_TABLE_ENTRIES),
    regions: new Uint16Array(buffer, take(header.lows * 2), header.lows),
    words: new Int16Array(buffer, take(header.words * 2), header.words),
    sizes: new Uint16Array(buffer, take(header.sizes * 2), header.sizes),
    tags: new Uint8Array(buffer, take(header.accesses), header.accesses),
    bytes: new Int8Array(buffer, take(header.bytes), header.bytes),
  };
  return { columns, events: new Uint8Array(buffer, take(header.eventBytes), header.eventBytes) };
}

/** The 72 bytes of a header, its checksum filled in. */
export function encodeHeader(header: BlockHeader): Uint8Array {
  const bytes = encode(BlockHeader, header);
  const crc = crc32(bytes.subarray(BLOCK_HEADER_UNCHECKED));
  new DataView(bytes.buffer).setUint32(4, crc, true);
  return bytes;
}

/**
 * A header that can be believed: checksum, kind, codec and lengths are as they must be.
 * @throws InputError without a place
 */
export function decodeHeader(bytes: Uint8Array): BlockHeader {
  const header = decode(BlockHeader, bytes);
  if (header.magic !== BLOCK_MAGIC) throw new InputError('no block begins where one should');
  if (crc32(bytes.subarray(BLOCK_HEADER_UNCHECKED, BLOCK_HEADER_BYTES)) !== header.headerCrc)
    throw new InputError('the header of the block is damaged');
  const { kind, codec, rawBytes, storedBytes } = header;
  if (kind !== KIND_ACCESSES && kind !== KIND_INDEX)
    throw new InputError(`blocks of kind ${kind} are not known`);
  if (codec !== CODEC_STORED && codec !== CODEC_DEFLATE) throw new InputError(`codec ${codec} is not known`);
  const columnsFit =
    header.accesses <= MAX_ACCESSES &&
    header.eventBytes <= MAX_EVENT_BYTES &&
    Math.max(header.lows, header.words, header.sizes, header.bytes) <= header.accesses &&
    header.regions <= header.lows + 1;
  const rawFits = kind === KIND_INDEX ? rawBytes <= MAX_EVENT_BYTES * 4 : rawBytes === payloadBytes(header);
  // Deflate adds 5 bytes for each 64 KiB that it cannot shrink.
  const storedFits =
    codec === CODEC_STORED ? storedBytes === rawBytes : storedBytes <= rawBytes + rawBytes / 1000 + 64;
  if (!columnsFit || !rawFits || !storedFits)
    throw new InputError('the lengths in the block header cannot be');
  return header;
}
