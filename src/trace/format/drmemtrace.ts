import { FETCH, LOAD, STORE } from '../../core/access.ts';
import { InputError } from '../../core/errors.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { hexAddress, LineDecoder } from './line-decoder.ts';

/**
 * What DynamoRIO's drmemtrace `view` tool prints (clients/drcachesim/tools/view.cpp):
 *
 *            8           1:  W0.T342625 ifetch       3 byte(s) @ 0x00007f6c4a3b9090 48 89 e7  mov %rsp, %rdi
 *            9           1:  W0.T342625 read         8 byte(s) @ 0x00007ffe2a41 by PC 0x00007f6c4a3b9093
 *           10           1:  W0.T342625 <marker: timestamp 13299456129413454>
 *
 * Threads of a workload share its address space: workload n is process n + 1. Flushes and prefetches are no accesses.
 */
const RECORD = /^\s*(?:\d+\s+)*\d+:\s*(?:W(\d+)\.)?T?(\d+)\s+(\S+)(.*)$/;
const ACCESS = /^\s*(\d+) byte\(s\) @ 0x([0-9a-f]+)/;
const TYPES: Readonly<Record<string, number>> = { ifetch: FETCH, read: LOAD, write: STORE };
/** Heading, rulers, and the totals at the end. */
const OTHER = /^\s*(?:$|-+\s*$|Output format|<--|View tool|\S.*:\s+\d+ )|total/;

export function drmemtraceDecoder(builder: ChunkBuilder, name: string): LineDecoder {
  let running = '';
  return new LineDecoder(builder, name, (line) => {
    const record = RECORD.exec(line);
    if (!record) {
      if (OTHER.test(line)) return;
      throw new InputError('not a line of the drmemtrace view tool');
    }
    const [, workload = '0', thread = '', what = '', rest = ''] = record;
    const type = TYPES[what];
    if (type === undefined) return;
    const access = ACCESS.exec(rest);
    if (!access) throw new InputError('an access without size and address');
    if (running !== `${workload}.${thread}`) {
      running = `${workload}.${thread}`;
      builder.event({ kind: 'switch', pid: Number(workload) + 1, tid: Number(thread) });
    }
    const { high, low } = hexAddress(access[2]!);
    builder.add(type, high, low, Number(access[1]));
  });
}

export const looksLikeDrmemtrace = (lines: readonly string[]): boolean =>
  lines.some((line) =>
    /: +(?:W\d+\.)?T?\d+ (?:<marker: |(?:ifetch|read|write) +\d+ byte\(s\) @ 0x)/.test(line),
  );
