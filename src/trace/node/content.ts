import * as zlib from 'node:zlib';
import { InputError } from '../../core/errors.ts';
import { type Compression, compressionOf } from '../compression.ts';
import type { TraceFormat } from '../format/format.ts';
import { detectFormat, formatNamed, TRACE_FORMATS } from '../format/index.ts';
import { headOf, peek } from '../head.ts';
import { decompress, MAX_EXPANSION } from './decompress.ts';
import { TraceInput } from './input.ts';

/** Bytes looked at to tell packings and formats apart. */
export const HEAD_BYTES = 65536;

export interface OpenOptions {
  /** Name in the format table; without it the content decides. */
  readonly format?: string;
  /** Unpacked bytes per stored byte that are believed (a guard against decompression bombs). */
  readonly maxExpansion?: number;
  /** Read a damaged native trace up to the damage, which is then `damage` of the source. */
  readonly recover?: boolean;
  /**
   * Accesses before this one are not wanted, a modify being one: a trace with an index leaves out those that it can
   * (`firstAccess` of the source), never an event.
   */
  readonly from?: number;
}

/** An open file, its packing and its format. Whoever gets it closes `input`. */
export interface Content {
  readonly input: TraceInput;
  readonly compression: Compression;
  readonly format: TraceFormat;
  /** The unpacked bytes. */
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Opens a file and tells what is in it.
 * @param path of a file, or `-` for standard input
 * @throws InputError when there is no such file, or nothing that is known is in it
 */
export async function openContent(path: string, options: OpenOptions): Promise<Content> {
  const wanted = options.format === undefined ? undefined : formatNamed(options.format);
  const input = await TraceInput.open(path);
  try {
    const stored = await peek(input.bytes(), HEAD_BYTES);
    if (stored.head.length === 0) throw new InputError('the trace is empty', { place: path });
    const compression = packingOf(stored.head, path, wanted);
    const unpacked = decompress(stored.all, compression, input, options.maxExpansion ?? MAX_EXPANSION);
    const { head, complete, all } = await peek(unpacked, HEAD_BYTES);
    if (head.length === 0) throw new InputError('the trace is empty once unpacked', { place: path });
    const format = wanted ?? detectFormat(headOf(head, complete));
    if (!format) throw unknownFormat(path);
    return { input, compression, format, content: all };
  } catch (error) {
    await input.close();
    throw error;
  }
}

/** By the first bytes; brotli, which has no mark, by its name or by trying, when the bytes are no trace as they are. */
function packingOf(head: Uint8Array, path: string, wanted: TraceFormat | undefined): Compression {
  const marked = compressionOf(head);
  if (marked !== 'plain') return marked;
  if (detectFormat(headOf(head, false))) return 'plain';
  if (/\.br$/i.test(path)) return 'brotli';
  const start = brotliStart(head);
  return start.length > 0 && (wanted || detectFormat(headOf(start, false))) ? 'brotli' : 'plain';
}

/** What the beginning of a brotli stream unpacks to; empty when it is none. */
function brotliStart(head: Uint8Array): Uint8Array {
  try {
    return zlib.brotliDecompressSync(head, {
      finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
      maxOutputLength: 64 << 20,
    });
  } catch {
    return new Uint8Array(0);
  }
}

function unknownFormat(path: string): InputError {
  return new InputError('this is no trace format that pagewalk knows', {
    place: path,
    remedy: `name it with --format: ${TRACE_FORMATS.map((format) => format.name).join(', ')}`,
  });
}
