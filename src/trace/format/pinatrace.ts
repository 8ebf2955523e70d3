import { LOAD, STORE } from '../../core/access.ts';
import { InputError } from '../../core/errors.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { hexAddress, LineDecoder, linesMatch } from './line-decoder.ts';

/**
 * Pin's example tool pinatrace: `IP: R ADDRESS` or `IP: W ADDRESS`, and `#eof` at the end. No sizes; instructions that
 * access nothing are not in it, so that its instruction pointers are no fetch stream and are passed over.
 */
const LINE = /^(?:0x)?[0-9a-f]{1,16}: ([RW])\s+(?:0x)?([0-9a-f]+)(?:\s|$)/i;
const OTHER = /^\s*(?:#|$)/;

export function pinatraceDecoder(builder: ChunkBuilder, name: string): LineDecoder {
  return new LineDecoder(builder, name, (line) => {
    const parts = LINE.exec(line);
    if (!parts) {
      if (OTHER.test(line)) return;
      throw new InputError('not a line of pinatrace');
    }
    const { high, low } = hexAddress(parts[2]!);
    builder.add(parts[1] === 'W' ? STORE : LOAD, high, low, 0);
  });
}

export const looksLikePinatrace = (lines: readonly string[]): boolean =>
  linesMatch(
    lines.filter((line) => !OTHER.test(line)),
    LINE,
  );
