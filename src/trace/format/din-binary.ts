import { FETCH, LOAD, STORE } from '../../core/access.ts';
import { InputError } from '../../core/errors.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { RecordDecoder } from './record-decoder.ts';

/** Dinero IV's binary din: u32 address, u16 size, u8 type as in din, u8 nothing; little-endian. */
const BYTES = 8;
const TYPES = [LOAD, STORE, FETCH] as const;
const LAST_TYPE = 5;

export function binaryDinDecoder(builder: ChunkBuilder, name: string): RecordDecoder {
  return new RecordDecoder(builder, name, BYTES, (view, at) => {
    const label = view.getUint8(at + 6);
    if (label > LAST_TYPE) throw new InputError(`binary din has no type ${label}`);
    const type = TYPES[label];
    if (type !== undefined) builder.add(type, 0, view.getInt32(at, true), view.getUint16(at + 4, true));
  });
}

/** Such a file has no mark: at least four records, all with a type, a believable size and nothing at the end. */
export function looksLikeBinaryDin(head: Uint8Array, complete: boolean): boolean {
  const records = Math.floor(head.length / BYTES);
  if (records < 4 || (complete && head.length % BYTES !== 0)) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  for (let at = 0; at < records * BYTES; at += BYTES) {
    const size = view.getUint16(at + 4, true);
    if (view.getUint8(at + 6) > LAST_TYPE || view.getUint8(at + 7) !== 0 || size === 0 || size > 4096)
      return false;
  }
  return true;
}
