import { LOAD } from '../../core/access.ts';
import { InputError } from '../../core/errors.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { hexAddress, LineDecoder } from './line-decoder.ts';

/**
 * `perf trace -F all` (tools/perf/builtin-trace.c):
 *
 *   0.018 ( 0.000 ms): w/32766 minfault [elf_load+0x28a] => 0x7fd47552f110 (?k)
 *   3.315 ( 0.000 ms): w/32766 minfault [_start+0x0] => /usr/lib/ld-linux-x86-64.so.2@0x1ab70 (d.)
 *
 * One access for each fault; the line does not say of what type, so it stands as a load. An address within a file is
 * given as its offset there: each file gets a place of its own, 64 GiB apart.
 */
const LINE =
  /^\s*[\d.]+ \(\s*[\d.]*\s*(?:ms)?\s*\): (.*)\/(\d+) (min|maj)fault \[.*\] => (.*) \((.)(.)\)\s*$/;
const OTHER_CALL = /^\s*[\d.]+ \(\s*[\d.]*\s*(?:ms)?\s*\): |^\s*$|^ *Summary|^ +\?|^LOST/;
const IN_FILE = /^(.*)@(0x[0-9a-f]+)$/;
/** First upper half of an address that files get: above what user space has. */
const FILES_HIGH = 0x8000;
const HIGHS_PER_FILE = 16;

export function perfTraceDecoder(builder: ChunkBuilder, name: string): LineDecoder {
  const places = new Map<string, number>();
  let running = 0;
  const addressOf = (text: string): { high: number; low: number } | null => {
    const inFile = IN_FILE.exec(text);
    // Anonymous memory has a name as a file has, but its own address.
    if (inFile && !inFile[1]!.includes('anon')) {
      const path = inFile[1]!;
      let place = places.get(path);
      if (place === undefined) {
        place = FILES_HIGH + places.size * HIGHS_PER_FILE;
        places.set(path, place);
      }
      const { high, low } = hexAddress(inFile[2]!);
      return { high: place + (high % HIGHS_PER_FILE), low };
    }
    const digits = inFile?.[2] ?? /(0x[0-9a-f]+)/.exec(text)?.[1];
    return digits === undefined ? null : hexAddress(digits);
  };
  return new LineDecoder(builder, name, (line) => {
    const parts = LINE.exec(line);
    if (!parts) {
      if (OTHER_CALL.test(line)) return;
      throw new InputError('not a line of perf trace -F all');
    }
    const address = addressOf(parts[4]!);
    if (address === null) return;
    const tid = Number(parts[2]);
    if (tid !== running) {
      running = tid;
      builder.event({ kind: 'switch', pid: tid });
    }
    builder.add(LOAD, address.high, address.low, 0);
  });
}

export const looksLikePerfTrace = (lines: readonly string[]): boolean =>
  lines.some((line) => LINE.test(line));
