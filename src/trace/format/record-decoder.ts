import { InputError } from '../../core/errors.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import type { Decoder } from '../decode.ts';

/** Adds the record at a position to the builder; throws InputError without a place when it cannot be one. */
export type TakeRecord = (view: DataView, at: number) => void;

/** A decoder of a binary format whose records all have one length. */
export class RecordDecoder implements Decoder {
  readonly #builder: ChunkBuilder;
  readonly #name: string;
  readonly #bytes: number;
  readonly #take: TakeRecord;
  #records = 0;

  constructor(builder: ChunkBuilder, name: string, bytes: number, take: TakeRecord) {
    this.#builder = builder;
    this.#name = name;
    this.#bytes = bytes;
    this.#take = take;
  }

  decode(bytes: Uint8Array, from: number, to: number, last: boolean): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const length = this.#bytes;
    let at = from;
    while (at + length <= to && !this.#builder.full) {
      try {
        this.#take(view, at);
      } catch (error) {
        if (error instanceof InputError) throw this.#refusal(error.message);
        throw error;
      }
      this.#records++;
      at += length;
    }
    if (last && at < to && at + length > to)
      throw this.#refusal(`the file ends within a record of ${length} bytes`);
    return at;
  }

  #refusal(message: string): InputError {
    const offset = this.#records * this.#bytes;
    return new InputError(message, { place: `${this.#name}: record ${this.#records + 1} (byte ${offset})` });
  }
}
