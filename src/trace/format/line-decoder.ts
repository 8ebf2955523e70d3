import { InputError } from '../../core/errors.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import type { Decoder } from '../decode.ts';
import { parseHex64 } from './hex.ts';
import { endOfLines, lineText, NEWLINE, quoteLine } from './text.ts';

/** Adds what a line says to the builder; throws InputError without a place when it says nothing of its format. */
export type TakeLine = (line: string) => void;

/** A decoder of a text format, line by line. */
export class LineDecoder implements Decoder {
  readonly #builder: ChunkBuilder;
  readonly #name: string;
  readonly #take: TakeLine;
  #lines = 0;

  constructor(builder: ChunkBuilder, name: string, take: TakeLine) {
    this.#builder = builder;
    this.#name = name;
    this.#take = take;
  }

  decode(bytes: Uint8Array, from: number, to: number, last: boolean): number {
    const end = endOfLines(bytes, from, to, last, this.#place);
    let at = from;
    while (at < end && !this.#builder.full) {
      const newline = bytes.indexOf(NEWLINE, at);
      const line = lineText(bytes, at, newline, this.#place);
      try {
        this.#take(line);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        throw new InputError(`${error.message}: ${quoteLine(line)}`, {
          place: this.#place(),
          ...(error.remedy !== undefined && { remedy: error.remedy }),
        });
      }
      this.#lines++;
      this.#builder.statistics.lines++;
      at = newline + 1;
    }
    return Math.min(at, to);
  }

  readonly #place = (): string => `${this.#name}:${this.#lines + 1}`;
}

/** The address that these hex digits (with or without 0x) say. */
export function hexAddress(digits: string): { high: number; low: number } {
  const address = parseHex64(digits.replace(/^0x/i, ''));
  if (address === null) throw new InputError('an address above 64 bits');
  return address;
}

/** All of the first lines that are not empty match, and there is one at least. */
export function linesMatch(lines: readonly string[], pattern: RegExp): boolean {
  const told = lines.filter((line) => line.trim() !== '');
  return told.length > 0 && told.every((line) => pattern.test(line));
}
