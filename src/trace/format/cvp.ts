import { FETCH, LOAD, STORE } from '../../core/access.ts';
import { InputError } from '../../core/errors.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import type { Decoder } from '../decode.ts';

/**
 * The traces of the value-prediction championship CVP-1 (as ChampSim's cvp2champsim reads them), little-endian: u64 pc,
 * u8 type; for a load or store u64 address and u8 size; for a branch u8 taken and, if it is, u64 target; u8 number of
 * input registers and their numbers; u8 number of outputs, their numbers, then for each its value, 8 bytes for
 * registers 0 to 31 and 64, 16 for the others.
 */
const LOADS = 1;
const STORES = 2;
const BRANCHES = [3, 4, 5];
const LAST_TYPE = 8;
const REGISTERS = 64;
const MAX_SIZE = 64;
/** Instructions of the traced machine have four bytes (Armv8). */
const INSTRUCTION_BYTES = 4;

interface Instruction {
  readonly bytes: number;
  readonly type: number;
  readonly size: number;
}

/** The instruction at a position: null when the bytes end within it, an error when it cannot be one. */
function parse(view: DataView, at: number, to: number): Instruction | null {
  let next = at + 9;
  if (next > to) return null;
  const type = view.getUint8(at + 8);
  if (type > LAST_TYPE) throw new InputError(`not an instruction of CVP-1: type ${type}`);
  let size = 0;
  if (type === LOADS || type === STORES) {
    next += 9;
    if (next > to) return null;
    size = view.getUint8(next - 1);
    if (size > MAX_SIZE) throw new InputError(`not an instruction of CVP-1: an access of ${size} bytes`);
  } else if (BRANCHES.includes(type)) {
    next += 1;
    if (next > to) return null;
    const taken = view.getUint8(next - 1);
    if (taken > 1)
      throw new InputError('not an instruction of CVP-1: a branch that is neither taken nor not');
    next += taken * 8;
  }
  if (next >= to) return null;
  next += 1 + view.getUint8(next);
  if (next >= to) return null;
  const outputs = view.getUint8(next);
  const values = next + 1 + outputs;
  if (values > to) return null;
  let valueBytes = 0;
  for (let i = next + 1; i < values; i++) {
    const register = view.getUint8(i);
    if (register > REGISTERS) throw new InputError(`not an instruction of CVP-1: register ${register}`);
    valueBytes += register < 32 || register === REGISTERS ? 8 : 16;
  }
  const end = values + valueBytes;
  return end > to ? null : { bytes: end - at, type, size };
}

export class CvpDecoder implements Decoder {
  readonly #builder: ChunkBuilder;
  readonly #name: string;
  #offset = 0;

  constructor(builder: ChunkBuilder, name: string) {
    this.#builder = builder;
    this.#name = name;
  }

  decode(bytes: Uint8Array, from: number, to: number, last: boolean): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    let at = from;
    while (at < to && !this.#builder.full) {
      const instruction = this.#parse(view, at, to);
      if (instruction === null) {
        if (last) throw this.#refusal('the file ends within an instruction');
        break;
      }
      const { type, size } = instruction;
      this.#builder.add(FETCH, view.getUint32(at + 4, true), view.getInt32(at, true), INSTRUCTION_BYTES);
      if (type === LOADS || type === STORES)
        this.#builder.add(
          type === LOADS ? LOAD : STORE,
          view.getUint32(at + 13, true),
          view.getInt32(at + 9, true),
          size,
        );
      at += instruction.bytes;
      this.#offset += instruction.bytes;
    }
    return at;
  }

  #parse(view: DataView, at: number, to: number): Instruction | null {
    try {
      return parse(view, at, to);
    } catch (error) {
      throw error instanceof InputError ? this.#refusal(error.message) : error;
    }
  }

  #refusal(message: string): InputError {
    return new InputError(message, { place: `${this.#name}: byte ${this.#offset}` });
  }
}

/** No mark: at least eight instructions, one behind the other, with canonical addresses and few registers. */
export function looksLikeCvp(head: Uint8Array, complete: boolean): boolean {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  let at = 0;
  let instructions = 0;
  try {
    for (; at < head.length; instructions++) {
      const instruction = parse(view, at, head.length);
      if (instruction === null) break;
      if (view.getUint16(at + 6, true) !== 0 || view.getUint32(at, true) === 0) return false;
      at += instruction.bytes;
    }
  } catch {
    return false;
  }
  return instructions >= 8 && (!complete || at === head.length);
}
