import { FETCH, LOAD, STORE } from '../../core/access.ts';
import { InputError } from '../../core/errors.ts';
import { BY_KERNEL } from '../chunk.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { hexAddress, LineDecoder } from './line-decoder.ts';

/**
 * Page faults as ftrace and `perf script` print the trace points page_fault_user and page_fault_kernel
 * (arch/x86/include/asm/trace/exceptions.h), and `perf script -F comm,pid,event,addr` the software event:
 *
 *   ls-1234  [000] d..1. 123.456789: page_fault_user: address=0x7f3b5a7d2b90 ip=0x7f3b5a7d1000 error_code=0x14
 *   ls 1234 [000]   123.456789: exceptions:page_fault_user: address=0x7f3b5a7d2b90 ip=0x7f3b5a7d1000 error_code=0x14
 *   ls 1234 page-faults: 7f3b5a7d2b90
 *
 * One access for each: the one that faulted. Bit 1 of the error code is a write, bit 4 a fetch.
 */
const POINT =
  /page_fault_(?<mode>user|kernel):\s+address=(?<address>\S+)\s+ip=\S+\s+error_code=(?:0x)?(?<code>[0-9a-f]+)/;
const SOFTWARE =
  /\b(?:page-faults|minor-faults|major-faults|faults)(?::\w+)?:\s+(?:0x)?(?<address>[0-9a-f]+)\b/;
const PROCESS = /^\s*(.*?)[\s-]+(\d+)(?:\/\d+)?\s+(?:\[\d+\]|\(|[\w-]*faults|\d+\.\d+:)/;
const OTHER = /^\s*(?:#|$)|^CPU \d+ is empty/;
const WRITE = 2;
const INSTRUCTION = 16;

export function pageFaultDecoder(builder: ChunkBuilder, name: string): LineDecoder {
  let running = 0;
  return new LineDecoder(builder, name, (line) => {
    const point = POINT.exec(line);
    const software = point ? null : SOFTWARE.exec(line);
    if (!point && !software) {
      if (OTHER.test(line)) return;
      throw new InputError('not a line of page faults by ftrace or perf script');
    }
    const digits = (point ?? software)!.groups!.address!;
    // %ps prints the name of a kernel symbol instead of an address that has one.
    if (!/^(?:0x)?[0-9a-f]+$/i.test(digits)) return;
    const pid = Number(PROCESS.exec(line)?.[2] ?? 0);
    if (pid !== 0 && pid !== running) {
      running = pid;
      builder.event({ kind: 'switch', pid });
    }
    const { high, low } = hexAddress(digits);
    const type = point ? typeOf(Number.parseInt(point.groups!.code!, 16)) : LOAD;
    builder.add(type, high, low, 0, point?.groups?.mode === 'kernel' ? BY_KERNEL : 0);
  });
}

function typeOf(errorCode: number): number {
  if (errorCode & INSTRUCTION) return FETCH;
  return errorCode & WRITE ? STORE : LOAD;
}

export const looksLikePageFaults = (lines: readonly string[]): boolean => {
  const told = lines.filter((line) => !OTHER.test(line));
  return told.length > 0 && told.every((line) => POINT.test(line) || SOFTWARE.test(line));
};
