import { promisify } from 'node:util';
import { deflateRaw, type InputType, inflateRaw, type ZlibOptions } from 'node:zlib';
import type { Deflater, Inflater } from '../pwt/codec.ts';

const deflate = promisify<InputType, ZlibOptions, Buffer>(deflateRaw);
const inflate = promisify<InputType, ZlibOptions, Buffer>(inflateRaw);

/** Raw deflate on Node's thread pool. */
export const nodeDeflate: Deflater & Inflater = {
  deflate: (bytes) => deflate(bytes, { level: 6, chunkSize: 1 << 18 }),
  async inflate(bytes, rawBytes) {
    // One output buffer of the right size: nothing is joined, nothing more is made than was promised.
    const options = { chunkSize: Math.max(64, rawBytes), maxOutputLength: Math.max(1, rawBytes) };
    const raw = await inflate(bytes, options);
    if (raw.length !== rawBytes) throw new Error('the block unpacks to another length than it says');
    return raw;
  },
};
