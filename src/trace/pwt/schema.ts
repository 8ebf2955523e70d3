import {
  type AnySchema,
  BufferReader,
  BufferWriter,
  dynamicArrayOf,
  type IMeasurer,
  type ISerialInput,
  type ISerialOutput,
  MaxValue,
  object,
  type Parsed,
  Schema,
  string,
  u8,
  u16,
  u32,
} from 'typed-binary';

/** Integers up to 2^53-1: the low 32 bits, then the rest. typed-binary itself has nothing beyond 32 bits. */
class LongSchema extends Schema<number> {
  override write(output: ISerialOutput, value: number): void {
    output.writeUint32(value % 0x1_0000_0000);
    output.writeUint32(Math.floor(value / 0x1_0000_0000));
  }

  override read(input: ISerialInput): number {
    const low = input.readUint32();
    return input.readUint32() * 0x1_0000_0000 + low;
  }

  override measure(value: number | typeof MaxValue, measurer?: IMeasurer): IMeasurer {
    return u32.measure(MaxValue, u32.measure(value === MaxValue ? MaxValue : 0, measurer));
  }
}
export const u64 = new LongSchema();

/** 89 'PWT' 0d 0a 1a 0a, as PNG does it: a transfer that meddles with bytes or line ends shows. */
export const SIGNATURE = [0x54575089, 0x0a1a0a0d] as const;
export const VERSION = 1;

/** Flag of the file: the events state every mapping, the initial layout included. */
export const FLAG_MAPPED = 1;

export const Preamble = object({
  signature0: u32,
  signature1: u32,
  version: u16,
  flags: u16,
  headerBytes: u32,
  /** CRC-32 of the 16 bytes before it and the header behind it. */
  headerCrc: u32,
});
export type Preamble = Parsed<typeof Preamble>;
export const PREAMBLE_BYTES = 20;
/** Where the checksum is, in the preamble. */
export const PREAMBLE_CRC = 16;
/** No header is longer: it is read in one piece with the first bytes of the file. */
export const MAX_HEADER_BYTES = 60_000;

/** Where the trace comes from: command, tools, host, time, each a key and a value. */
export const FileHeader = dynamicArrayOf(object({ name: string, text: string }));

export const BLOCK_MAGIC = 0x4b425750; // 'PWBK'
export const KIND_ACCESSES = 1;
export const KIND_INDEX = 2;
export const CODEC_STORED = 0;
/** Raw deflate (RFC 1951), without the zlib frame. */
export const CODEC_DEFLATE = 1;

export const BlockHeader = object({
  magic: u32,
  /** CRC-32 of the header's bytes behind this field. */
  headerCrc: u32,
  /** CRC-32 of the payload as stored. */
  payloadCrc: u32,
  kind: u8,
  codec: u8,
  reserved: u16,
  storedBytes: u32,
  rawBytes: u32,
  /** Number of the block's first access in the trace. */
  firstAccess: u64,
  /** Process and thread of the block's first access. */
  pid: u32,
  tid: u32,
  accesses: u32,
  events: u32,
  eventBytes: u32,
  regions: u32,
  lows: u32,
  words: u32,
  sizes: u32,
  bytes: u32,
});
export type BlockHeader = Parsed<typeof BlockHeader>;
export const BLOCK_HEADER_BYTES = 72;
/** Bytes at the front of a block header that its own CRC does not cover. */
export const BLOCK_HEADER_UNCHECKED = 8;

/** One entry of the index for each block, in order. */
export const IndexEntry = object({
  offset: u64,
  firstAccess: u64,
  accesses: u32,
  events: u32,
  pid: u32,
  tid: u32,
});
export type IndexEntry = Parsed<typeof IndexEntry>;
export const Index = dynamicArrayOf(IndexEntry);

export const TRAILER_MAGIC = 0x45545750; // 'PWTE'
/** The last bytes of a whole file. */
export const Trailer = object({
  magic: u32,
  /** CRC-32 of the fields behind this one. */
  crc: u32,
  indexOffset: u64,
  accesses: u64,
  events: u64,
});
export type Trailer = Parsed<typeof Trailer>;
export const TRAILER_BYTES = 32;

const LITTLE = { endianness: 'little' } as const;

/** The bytes of a value. */
export function encode<S extends AnySchema>(schema: S, value: Parsed<S>): Uint8Array {
  const bytes = new Uint8Array(schema.measure(value).size);
  schema.write(new BufferWriter(bytes.buffer, LITTLE), value);
  return bytes;
}

/**
 * The value that the bytes begin with.
 * @throws whatever the schema throws when the bytes end too soon (RangeError, TypeError)
 */
export function decode<S extends AnySchema>(schema: S, bytes: Uint8Array): Parsed<S> {
  // A copy of the bytes alone: a reader over a larger buffer would run into what lies behind them.
  return schema.read(new BufferReader(new Uint8Array(bytes).buffer, LITTLE)) as Parsed<S>;
}
