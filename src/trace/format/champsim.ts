import { FETCH, LOAD, STORE } from '../../core/access.ts';
import { InputError } from '../../core/errors.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { RecordDecoder } from './record-decoder.ts';

/**
 * ChampSim's instructions (inc/trace_instruction.h): u64 ip, u8 is_branch, u8 taken, u8 registers, u64 addresses
 * written, u64 addresses read; 0 is none. The traces of the CloudSuite have other counts and an address-space number.
 * Sizes are not known; an instruction is a fetch, its loads, its stores.
 */
interface Layout {
  readonly bytes: number;
  /** First address written, and how many. */
  readonly stores: readonly [offset: number, count: number];
  readonly loads: readonly [offset: number, count: number];
}

const PLAIN: Layout = { bytes: 64, stores: [16, 2], loads: [32, 4] };
const CLOUDSUITE: Layout = { bytes: 96, stores: [24, 4], loads: [56, 4] };

export const champsimDecoder = (builder: ChunkBuilder, name: string): RecordDecoder =>
  decoder(builder, name, PLAIN);
export const cloudsuiteDecoder = (builder: ChunkBuilder, name: string): RecordDecoder =>
  decoder(builder, name, CLOUDSUITE);

function decoder(builder: ChunkBuilder, name: string, { bytes, stores, loads }: Layout): RecordDecoder {
  const accesses = (type: number, view: DataView, from: number, count: number): void => {
    for (let at = from; at < from + count * 8; at += 8) {
      const low = view.getInt32(at, true);
      const high = view.getUint32(at + 4, true);
      if (low !== 0 || high !== 0) builder.add(type, high, low, 0);
    }
  };
  return new RecordDecoder(builder, name, bytes, (view, at) => {
    if (view.getUint8(at + 8) > 1 || view.getUint8(at + 9) > 1)
      throw new InputError('not an instruction of ChampSim: its branch flags are not 0 or 1');
    builder.add(FETCH, view.getUint32(at + 4, true), view.getInt32(at, true), 0);
    accesses(LOAD, view, at + loads[0], loads[1]);
    accesses(STORE, view, at + stores[0], stores[1]);
  });
}

/** No mark here either: every record has branch flags of 0 or 1 and canonical addresses, the first an ip. */
export function looksLikeChampsim(head: Uint8Array, complete: boolean): boolean {
  const records = Math.floor(head.length / PLAIN.bytes);
  if (records === 0 || (complete && head.length % PLAIN.bytes !== 0)) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  for (let at = 0; at < records * PLAIN.bytes; at += PLAIN.bytes) {
    if (view.getUint8(at + 8) > 1 || view.getUint8(at + 9) > view.getUint8(at + 8)) return false;
    for (const offset of [0, 16, 24, 32, 40, 48, 56])
      if (!isCanonical(view.getUint16(at + offset + 6, true))) return false;
  }
  return view.getUint32(0, true) !== 0;
}

/** The upper 16 bits of a 64-bit address that user space or a kernel has. */
function isCanonical(top: number): boolean {
  return top === 0 || top === 0xffff;
}
