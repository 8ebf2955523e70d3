import { FETCH, LOAD, STORE } from '../../core/access.ts';
import { InputError } from '../../core/errors.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { hexAddress, LineDecoder, linesMatch } from './line-decoder.ts';

/**
 * Dinero IV's traditional din, `LABEL HEXADDRESS`, anything behind it ignored: 0 read, 1 write, 2 instruction fetch;
 * 3 miscellaneous, 4 copy back and 5 invalidate are no accesses of the program and are passed over.
 */
const DIN = /^\s*([0-5])\s+(?:0x)?([0-9a-f]+)(?:\s|$)/i;
const DIN_TYPES = [LOAD, STORE, FETCH] as const;

/** Extended din, `r|w|i|m|c|v HEXADDRESS HEXSIZE`. */
const EXTENDED = /^\s*([rwimcv])\s+(?:0x)?([0-9a-f]+)\s+(?:0x)?([0-9a-f]+)(?:\s|$)/i;
const EXTENDED_TYPES: Readonly<Record<string, number>> = { r: LOAD, w: STORE, i: FETCH };

export function dinDecoder(builder: ChunkBuilder, name: string): LineDecoder {
  return new LineDecoder(builder, name, (line) => {
    if (line.trim() === '') return;
    const parts = DIN.exec(line);
    if (!parts) throw new InputError('not a line of a din trace');
    const { high, low } = hexAddress(parts[2]!);
    const type = DIN_TYPES[Number(parts[1])];
    if (type !== undefined) builder.add(type, high, low, 0);
  });
}

export function extendedDinDecoder(builder: ChunkBuilder, name: string): LineDecoder {
  return new LineDecoder(builder, name, (line) => {
    if (line.trim() === '') return;
    const parts = EXTENDED.exec(line);
    if (!parts) throw new InputError('not a line of an extended din trace');
    const { high, low } = hexAddress(parts[2]!);
    const type = EXTENDED_TYPES[parts[1]!.toLowerCase()];
    if (type !== undefined) builder.add(type, high, low, Number.parseInt(parts[3]!, 16));
  });
}

export const looksLikeDin = (lines: readonly string[]): boolean => linesMatch(lines, DIN);
export const looksLikeExtendedDin = (lines: readonly string[]): boolean => linesMatch(lines, EXTENDED);
