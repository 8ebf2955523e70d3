import protobuf from 'protobufjs/minimal.js';
import { FETCH, LOAD } from '../../core/access.ts';
import { InputError } from '../../core/errors.ts';
import { MODIFY } from '../access-cursor.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import type { Decoder } from '../decode.ts';
import { gem5Access } from './gem5-commands.ts';

/**
 * gem5's packet traces (src/proto/packet.proto): the magic `gem5`, then messages, each behind its length as a varint:
 * a PacketHeader, then Packets { tick 1, cmd 2, addr 3, size 4, flags 5, ... }. Packets that are no access of the
 * program are counted as skipped.
 */
const MAGIC = [0x67, 0x65, 0x6d, 0x35];
/** Request::INST_FETCH. */
const INSTRUCTION_FETCH = 0x100;
const MAX_MESSAGE = 1 << 20;

export const looksLikeGem5 = (head: Uint8Array): boolean => MAGIC.every((byte, i) => head[i] === byte);

export class Gem5Decoder implements Decoder {
  readonly #builder: ChunkBuilder;
  readonly #name: string;
  /** Messages seen, the header included; -1 before the magic. */
  #messages = -1;
  #offset = 0;

  constructor(builder: ChunkBuilder, name: string) {
    this.#builder = builder;
    this.#name = name;
  }

  decode(bytes: Uint8Array, from: number, to: number, last: boolean): number {
    let at = from;
    if (this.#messages < 0) {
      if (to - from < MAGIC.length && !last) return from;
      if (!looksLikeGem5(bytes.subarray(from, to)))
        throw this.#refusal('no gem5 trace: the magic is missing');
      at = this.#consume(at, MAGIC.length);
    }
    while (at < to && !this.#builder.full) {
      const frame = this.#frame(bytes, at, to);
      if (frame === null) {
        if (last) throw this.#refusal('the file ends within a message');
        break;
      }
      // The first message is the header: nothing in it changes what the packets mean.
      if (this.#messages > 0) this.#packet(bytes.subarray(frame.start, frame.end));
      at = this.#consume(at, frame.end - at);
    }
    return at;
  }

  #consume(at: number, bytes: number): number {
    this.#messages++;
    this.#offset += bytes;
    return at + bytes;
  }

  /** Where the next message is; null when it has not all arrived. */
  #frame(bytes: Uint8Array, at: number, to: number): { start: number; end: number } | null {
    let length = 0;
    for (let i = 0; i < 4; i++) {
      if (at + i >= to) return null;
      const byte = bytes[at + i]!;
      length |= (byte & 0x7f) << (7 * i);
      if (byte >= 0x80) continue;
      if (length > MAX_MESSAGE) break;
      const start = at + i + 1;
      return start + length > to ? null : { start, end: start + length };
    }
    throw this.#refusal(`a message of more than ${MAX_MESSAGE} bytes`);
  }

  #packet(message: Uint8Array): void {
    let command = 0;
    let high = 0;
    let low = 0;
    let size = 0;
    let flags = 0;
    try {
      const reader = protobuf.Reader.create(message);
      while (reader.pos < reader.len) {
        const tag = reader.uint32();
        if (tag === 2 << 3) command = reader.uint32();
        else if (tag === 3 << 3) [high, low] = halves(reader.uint64());
        else if (tag === 4 << 3) size = reader.uint32();
        else if (tag === 5 << 3) flags = reader.uint32();
        else reader.skipType(tag & 7);
      }
    } catch {
      throw this.#refusal('the message is no packet');
    }
    const access = gem5Access(command);
    try {
      if (access === null) this.#builder.statistics.skipped++;
      else if (access === MODIFY) this.#builder.modify(high, low, size);
      else this.#builder.add(access === LOAD && flags & INSTRUCTION_FETCH ? FETCH : access, high, low, size);
    } catch (error) {
      throw error instanceof InputError ? this.#refusal(error.message) : error;
    }
  }

  #refusal(message: string): InputError {
    return new InputError(message, {
      place: `${this.#name}: message ${this.#messages + 1} (byte ${this.#offset})`,
    });
  }
}

/** Upper and lower 32 bits; protobufjs gives a Long where the package long is there, a number otherwise. */
function halves(value: number | { high: number; low: number }): [high: number, low: number] {
  if (typeof value === 'number') return [Math.floor(value / 0x1_0000_0000), value % 0x1_0000_0000];
  return [value.high >>> 0, value.low];
}
