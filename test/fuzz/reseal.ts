import { inflateRawSync } from 'node:zlib';
import { crc32 } from '../../src/trace/crc32.ts';
import { encodeHeader } from '../../src/trace/pwt/block.ts';
import {
  BLOCK_HEADER_BYTES,
  BLOCK_MAGIC,
  BlockHeader,
  CODEC_DEFLATE,
  CODEC_STORED,
  decode,
  PREAMBLE_BYTES,
} from '../../src/trace/pwt/schema.ts';
import type { Random } from './random.ts';

const FIELDS = [
  'accesses',
  'events',
  'eventBytes',
  'regions',
  'lows',
  'words',
  'sizes',
  'bytes',
  'pid',
] as const;
const VALUES = [0, 1, 63, 64, 65535, 65536, 2 ** 31, 2 ** 32 - 1] as const;

/**
 * A native trace with one block changed behind its checksums, which are made right again: what a broken or hostile
 * writer would give, and what mere bit flips never reach. Any other input comes back as it is.
 */
export function tamper(trace: Buffer, random: Random): Buffer {
  const at = trace.indexOf('PWBK', PREAMBLE_BYTES, 'latin1');
  if (at < 0 || at + BLOCK_HEADER_BYTES > trace.length) return trace;
  const header: BlockHeader = decode(BlockHeader, trace.subarray(at, at + BLOCK_HEADER_BYTES));
  const from = at + BLOCK_HEADER_BYTES;
  const payload = unpacked(header, trace.subarray(from, from + header.storedBytes));
  if (header.magic !== BLOCK_MAGIC || payload === null) return trace;
  const changes = 1 + random.int(4);
  for (let i = 0; i < changes && payload.length > 0; i++) {
    // Half of the changes go into the events, which stand at the end and hold what the kernel is asked to do.
    const tail = Math.min(payload.length, random.chance(2) ? header.eventBytes : payload.length) || 1;
    const place = payload.length - 1 - random.int(tail);
    payload[place] = random.chance(2) ? random.pick([0, 1, 0x7f, 0x80, 0xff]) : random.int(256);
  }
  const changed: BlockHeader = random.chance(3)
    ? { ...header, [random.pick(FIELDS)]: random.pick(VALUES) }
    : header;
  const sealed = encodeHeader({
    ...changed,
    codec: CODEC_STORED,
    storedBytes: payload.length,
    rawBytes: payload.length,
    payloadCrc: crc32(payload),
  });
  return Buffer.concat([trace.subarray(0, at), sealed, payload, trace.subarray(from + header.storedBytes)]);
}

function unpacked(header: BlockHeader, stored: Buffer): Buffer | null {
  if (header.codec !== CODEC_DEFLATE) return Buffer.from(stored);
  try {
    return inflateRawSync(stored, { maxOutputLength: 1 << 24 });
  } catch {
    return null;
  }
}
