import { InputError } from '../../core/errors.ts';
import { crc32 } from '../crc32.ts';
import {
  decode,
  FileHeader,
  FLAG_MAPPED,
  MAX_HEADER_BYTES,
  PREAMBLE_BYTES,
  PREAMBLE_CRC,
  Preamble,
  SIGNATURE,
  VERSION,
} from './schema.ts';

/** What the front of a .pwt file says. */
export interface PwtDescription {
  /** Where the trace comes from: command, tools, host, time. */
  readonly properties: Readonly<Record<string, string>>;
  /** The events state every mapping, the initial layout included. */
  readonly mapped: boolean;
  /** Bytes before the first block. */
  readonly headerBytes: number;
}

/** Do these first bytes begin a .pwt file, be it damaged or of a later version? */
export function looksLikePwt(head: Uint8Array): boolean {
  return head[0] === 0x89 && head[1] === 0x50 && head[2] === 0x57 && head[3] === 0x54;
}

/**
 * Reads the header from the first bytes of a file.
 * @throws InputError when they are damaged or of a version to come
 */
export function describePwt(head: Uint8Array, name: string): PwtDescription {
  const refuse = (message: string, remedy?: string): InputError =>
    new InputError(message, { place: `${name}: header`, ...(remedy && { remedy }) });
  if (head.length < PREAMBLE_BYTES) throw refuse('the file ends within its header');
  const preamble = decode(Preamble, head.subarray(0, PREAMBLE_BYTES));
  if (preamble.signature0 !== SIGNATURE[0] || preamble.signature1 !== SIGNATURE[1])
    throw refuse('the signature was changed on the way', 'copy the file in binary mode');
  if (preamble.version !== VERSION)
    throw refuse(
      `the file has version ${preamble.version}, this program reads ${VERSION}`,
      'update pagewalk',
    );
  if (preamble.headerBytes > MAX_HEADER_BYTES) throw refuse('the header is damaged');
  const headerBytes = PREAMBLE_BYTES + preamble.headerBytes;
  const body = head.subarray(PREAMBLE_BYTES, headerBytes);
  if (body.length < preamble.headerBytes) throw refuse('the file ends within its header');
  if (crc32(body, crc32(head.subarray(0, PREAMBLE_CRC))) !== preamble.headerCrc)
    throw refuse('the header is damaged');
  const mapped = (preamble.flags & FLAG_MAPPED) !== 0;
  try {
    const properties = Object.fromEntries(decode(FileHeader, body).map(({ name, text }) => [name, text]));
    return { properties, mapped, headerBytes };
  } catch {
    throw refuse('the header is damaged');
  }
}
