import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';
import { ChunkBuilder } from '../../../src/trace/chunk-builder.ts';
import { detectFormat, formatNamed, TRACE_FORMATS } from '../../../src/trace/format/index.ts';
import { headOf } from '../../../src/trace/head.ts';
import { nodeDeflate } from '../../../src/trace/node/deflate.ts';
import { bytesOf, collect, cutAt, type Decoded } from '../read.ts';

/** type address size, one a record, as `load 0x1000 8`. */
const brief = ({ records }: Decoded): string[] =>
  records.map(({ type, address, size }) => `${type} 0x${address.toString(16)} ${size}`);

function read(format: string, bytes: Uint8Array, cuts: number[] = []): Promise<Decoded> {
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield* cutAt(bytes, cuts);
  }
  const builder = new ChunkBuilder();
  const chunks = formatNamed(format).decode(stream(), builder, { name: 'trace', inflater: nodeDeflate });
  return collect(chunks, builder.statistics);
}

/** Bytes from parts: `u8`, `u16`, `u32`, `u64` little-endian. */
function binary(...parts: [bits: 8 | 16 | 32 | 64, ...values: (number | bigint)[]][]): Uint8Array {
  const bytes: number[] = [];
  for (const [bits, ...values] of parts)
    for (const value of values)
      for (let i = 0n; i < BigInt(bits / 8); i++) bytes.push(Number((BigInt(value) >> (8n * i)) & 255n));
  return Uint8Array.from(bytes);
}

/** A protobuf message from [field, varint value] pairs, its length before it. */
function message(...fields: [number, number | bigint][]): number[] {
  const varint = (value: bigint): number[] =>
    value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)];
  const body = fields.flatMap(([field, value]) => [field << 3, ...varint(BigInt(value))]);
  return [...varint(BigInt(body.length)), ...body];
}

const text = (...lines: string[]): Uint8Array => bytesOf(lines.map((line) => `${line}\n`).join(''));

interface Sample {
  readonly bytes: Uint8Array;
  readonly records: string[];
}

/** A small file of each format, written by its layout, and what it says. */
const SAMPLES: Readonly<Record<string, Sample>> = {
  lackey: {
    bytes: text('==7== Lackey, an example Valgrind tool', 'I  04001090,3', ' M 1ffefff2a8,8'),
    records: ['fetch 0x4001090 3', 'load 0x1ffefff2a8 8', 'store 0x1ffefff2a8 8'],
  },
  drmemtrace: {
    bytes: text(
      'Output format:',
      '<--record#-> <--instr#->: <---tid---> <record details>',
      '------------------------------------------------------------',
      '           1           0:  W0.T342625 <marker: version 3>',
      '           2           0:  W0.T342625 <marker: timestamp 13299456129413454>',
      '           8           1:  W0.T342625 ifetch       3 byte(s) @ 0x00007f6c4a3b9090 48 89 e7             mov    %rsp, %rdi',
      '           9           1:  W0.T342625 write        8 byte(s) @ 0x00007ffe2a41b2f8 by PC 0x00007f6c4a3b9093',
      '          10           1:  W0.T342626 read         4 byte(s) @ 0x0000000000601040 by PC 0x00007f6c4a3b9093',
      '          11           1:  W0.T342626 pref-r       1 byte(s) @ 0x0000000000601040 by PC 0x00007f6c4a3b9093',
    ),
    records: ['fetch 0x7f6c4a3b9090 3', 'store 0x7ffe2a41b2f8 8', 'load 0x601040 4'],
  },
  'perf-trace': {
    bytes: text(
      '     0.000 ( 0.000 ms): ls/10093 minfault [elf_load+0x28a] => 0x55b76e5ee5c0 (?k)',
      '     0.052 ( 0.000 ms): ls/10093 minfault [_start+0x0] => /usr/lib/ld-linux-x86-64.so.2@0x1ab70 (d.)',
      '     0.058 ( 0.000 ms): ls/10093 majfault [sysmalloc+0x5e6] => //anon@0x55f325f3f008 (d.)',
    ),
    records: ['load 0x55b76e5ee5c0 0', 'load 0x80000001ab70 0', 'load 0x55f325f3f008 0'],
  },
  'page-faults': {
    bytes: text(
      '# tracer: nop',
      '              ls-1234  [000] d..1. 123.456789: page_fault_user: address=0x7f3b5a7d2b90 ip=0x7f3b5a7d1000 error_code=0x14',
      '              ls-1234  [000] d..1. 123.456790: page_fault_user: address=0x7f3b5a7d2b98 ip=0x7f3b5a7d1004 error_code=0x6',
      '              ls-1234  [000] d..1. 123.456791: page_fault_kernel: address=0x7f3b5a7d3000 ip=__put_user_4 error_code=0x0',
    ),
    records: ['fetch 0x7f3b5a7d2b90 0', 'store 0x7f3b5a7d2b98 0', 'load 0x7f3b5a7d3000 0'],
  },
  execlog: {
    bytes: text(
      '0, 0x401000, 0xf3, "endbr64"',
      '0, 0x401004, 0x2f3d8b48, "movq 0x2f(%rip), %rdi", load, 0x00403ff0',
      '0, 0x40100b, 0x57, "pushq %rdi", store, 0x7ffe0010, RAM',
    ),
    records: [
      'fetch 0x401000 0',
      'fetch 0x401004 0',
      'load 0x403ff0 0',
      'fetch 0x40100b 0',
      'store 0x7ffe0010 0',
    ],
  },
  pinatrace: {
    bytes: text('0x7f6c4a3b9093: W 0x7ffe2a41b2f8', '0x7f6c4a3b9a0b: R 0x7f6c4a5d8e68', '#eof'),
    records: ['store 0x7ffe2a41b2f8 0', 'load 0x7f6c4a5d8e68 0'],
  },
  csv: {
    bytes: text('pid,rw,addr,bytes', '7,W,0x7ffe2a41b2f8,8', '8,fetch,4096,4', '8,modify,0x1ffc,8'),
    records: [
      'store 0x7ffe2a41b2f8 8',
      'fetch 0x1000 4',
      'load 0x1ffc 4',
      'load 0x2000 4',
      'store 0x1ffc 4',
      'store 0x2000 4',
    ],
  },
  din: {
    bytes: text('i 401000 4', 'r 7ffe2a41b2f8 8', 'w 601040 10', 'v 601040 10'),
    records: ['fetch 0x401000 4', 'load 0x7ffe2a41b2f8 8', 'store 0x601040 16'],
  },
  din3: {
    bytes: text('2 401000', '0 7ffe2a41b2f8 anything', '1 0x601040', '4 601040'),
    records: ['fetch 0x401000 0', 'load 0x7ffe2a41b2f8 0', 'store 0x601040 0'],
  },
  champsim: {
    bytes: binary(
      [64, 0x401000],
      [8, 0, 0, 0, 0, 0, 0, 0, 0],
      [64, 0x601040, 0, 0x7ffe2a41b2f8n, 0x601048, 0, 0],
      [64, 0x401004],
      [8, 1, 1, 26, 0, 26, 0, 0, 0],
      [64, 0, 0, 0, 0, 0, 0],
    ),
    records: [
      'fetch 0x401000 0',
      'load 0x7ffe2a41b2f8 0',
      'load 0x601048 0',
      'store 0x601040 0',
      'fetch 0x401004 0',
    ],
  },
  cvp: {
    bytes: binary(
      ...Array.from({ length: 6 }, (_, i): [8 | 64, ...number[]][] => [
        [64, 0x400000 + 4 * i],
        [8, 0, 1, 5, 1, 6], // an ALU instruction: reads register 5, writes register 6
        [64, 99],
      ]).flat(),
      [64, 0x400018],
      [8, 1], // a load
      [64, 0x7ffe2a41b2f8n],
      [8, 8, 1, 2, 1, 40], // 8 bytes; reads register 2, writes register 40, which has 16 bytes
      [64, 1, 2],
      [64, 0x40001c],
      [8, 2], // a store
      [64, 0x601040],
      [8, 4, 2, 2, 3, 0],
      [64, 0x400020],
      [8, 3, 1], // a taken conditional branch
      [64, 0x400000],
      [8, 0, 0],
    ),
    records: [
      ...Array.from({ length: 6 }, (_, i) => `fetch 0x${(0x400000 + 4 * i).toString(16)} 4`),
      'fetch 0x400018 4',
      'load 0x7ffe2a41b2f8 8',
      'fetch 0x40001c 4',
      'store 0x601040 4',
      'fetch 0x400020 4',
    ],
  },
  gem5: {
    bytes: Uint8Array.from([
      ...bytesOf('gem5'),
      ...message([2, 0], [3, 1000000000000n]),
      ...message([1, 1000], [2, 1], [3, 0x401000], [4, 4], [5, 0x100]),
      ...message([1, 1500], [2, 4], [3, 0xffff_8000_1234_5678n], [4, 8]),
      ...message([1, 1600], [2, 5], [3, 0x601040], [4, 8]), // a response
      ...message([1, 2000], [2, 1], [3, 0x601040], [4, 8], [7, 0x401004]),
    ]),
    records: ['fetch 0x401000 4', 'store 0xffff800012345678 8', 'load 0x601040 8'],
  },
  'din-binary': {
    bytes: binary(
      ...[
        [0x401000, 4, 2],
        [0x601040, 8, 0],
        [0xfffff000, 8, 1],
        [0x601040, 8, 3],
        [0x401004, 4, 2],
      ].flatMap(([address, size, type]): [8 | 16 | 32, ...number[]][] => [
        [32, address!],
        [16, size!],
        [8, type!, 0],
      ]),
    ),
    records: ['fetch 0x401000 4', 'load 0x601040 8', 'store 0xfffff000 8', 'fetch 0x401004 4'],
  },
  'champsim-cloudsuite': {
    bytes: binary(
      [64, 0x401000],
      [8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      [16, 0, 0, 0],
      [64, 0x601040, 0, 0, 0, 0x7ffe2a41b2f8n, 0, 0, 0],
      [8, 0, 0, 0, 0, 0, 0, 0, 0],
    ),
    records: ['fetch 0x401000 0', 'load 0x7ffe2a41b2f8 0', 'store 0x601040 0'],
  },
};
const NAMES = Object.keys(SAMPLES);

describe('a gem5 packet trace', () => {
  /** The enumeration of gem5's src/mem/packet.hh from InvalidCmd on, MessageReq and MessageResp being two gaps. */
  const COMMANDS = (
    'InvalidCmd ReadReq ReadResp ReadRespWithInvalidate WriteReq WriteResp WriteCompleteResp WritebackDirty ' +
    'WritebackClean WriteClean CleanEvict SoftPFReq SoftPFExReq HardPFReq SoftPFResp HardPFResp WriteLineReq ' +
    'UpgradeReq SCUpgradeReq UpgradeResp SCUpgradeFailReq UpgradeFailResp ReadExReq ReadExResp ReadCleanReq ' +
    'ReadSharedReq LoadLockedReq StoreCondReq StoreCondFailReq StoreCondResp LockedRMWReadReq LockedRMWReadResp ' +
    'LockedRMWWriteReq LockedRMWWriteResp SwapReq SwapResp - - MemFenceReq MemSyncReq MemSyncResp MemFenceResp ' +
    'CleanSharedReq CleanSharedResp CleanInvalidReq CleanInvalidResp'
  ).split(' ');

  it('has the demand and atomic requests as accesses, and counts what it skips', async () => {
    const packets = COMMANDS.flatMap((_, command) => message([2, command], [3, 0x1000 + command], [4, 8]));
    const decoded = await read('gem5', Uint8Array.from([...bytesOf('gem5'), ...message([2, 0]), ...packets]));
    const accesses = decoded.records.map(
      ({ type, address }) => `${COMMANDS[Number(address) - 0x1000]} ${type}`,
    );
    expect(accesses).toEqual([
      'ReadReq load',
      'WriteReq store',
      'WriteLineReq store',
      'ReadExReq store',
      'ReadCleanReq load',
      'ReadSharedReq load',
      'LoadLockedReq load',
      'StoreCondReq store',
      'LockedRMWReadReq load',
      'LockedRMWWriteReq store',
      'SwapReq load',
      'SwapReq store',
    ]);
    expect(decoded.statistics).toMatchObject({ records: 11, skipped: COMMANDS.length - 11 });
  });
});

describe('every format', () => {
  it('that can be read has a sample here, but for the native one, which has its own tests', () => {
    expect([...NAMES, 'pwt'].sort()).toEqual(TRACE_FORMATS.map(({ name }) => name).sort());
  });

  it.each(NAMES.filter((name) => name !== 'champsim-cloudsuite'))('%s is told by its content', (name) => {
    expect(detectFormat(headOf(SAMPLES[name]!.bytes, true))?.name).toBe(name);
  });

  it.each(NAMES)('%s says what its layout says, however the bytes arrive', async (name) => {
    const { bytes, records } = SAMPLES[name]!;
    expect(brief(await read(name, bytes))).toEqual(records);
    for (let cut = 1; cut < bytes.length; cut++)
      expect(brief(await read(name, bytes, [cut]))).toEqual(records);
  });

  it.each(NAMES)('%s cut off anywhere gives fewer records or an InputError', async (name) => {
    const { bytes, records } = SAMPLES[name]!;
    for (let end = 0; end < bytes.length; end++) {
      const outcome = await read(name, bytes.slice(0, end)).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(InputError);
      else expect(brief(outcome as Decoded).length).toBeLessThanOrEqual(records.length);
    }
  });

  it.each(NAMES)(
    '%s with any bit flipped, or as any bytes at all, gives records or an InputError',
    async (name) => {
      const outcome = async (bytes: Uint8Array): Promise<void> => {
        await read(name, bytes).catch((error: unknown) => expect(error).toBeInstanceOf(InputError));
      };
      const { bytes } = SAMPLES[name]!;
      for (let bit = 0; bit < bytes.length * 8; bit += 3) {
        const flipped = bytes.slice();
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        await outcome(flipped);
      }
      await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), outcome), { numRuns: 100 });
    },
  );

  it.each(NAMES)(
    '%s refuses the content of the others or finds their records in it, and never hangs',
    async (name) => {
      for (const other of NAMES)
        await read(name, SAMPLES[other]!.bytes).catch((error: unknown) =>
          expect(error).toBeInstanceOf(InputError),
        );
    },
  );

  it('random bytes are no format', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 100, maxLength: 5000 }), (bytes) => {
        expect(detectFormat(headOf(bytes, true))).toBeUndefined();
      }),
    );
  });
});

describe('what the tools on this machine printed', () => {
  const fixture = (name: string): Uint8Array =>
    readFileSync(new URL(`../../fixtures/trace/${name}`, import.meta.url));
  const lineCount = (bytes: Uint8Array, pattern: RegExp): number =>
    Buffer.from(bytes)
      .toString('latin1')
      .split('\n')
      .filter((line) => pattern.test(line)).length;

  it.each([
    ['perf-trace.txt', 'perf-trace', /fault/],
    ['perf-script-faults.txt', 'page-faults', /page-faults:/],
    ['perf-script-points.txt', 'page-faults', /page_fault_/],
    ['ftrace.txt', 'page-faults', /page_fault_/],
  ])('%s: one access for each fault, in the process that took it', async (name, format, fault) => {
    const bytes = fixture(name);
    expect(detectFormat(headOf(bytes, true))?.name).toBe(format);
    const { records, events } = await read(format, bytes);
    expect(records.length).toBe(lineCount(bytes, fault));
    expect(events.length).toBeGreaterThan(0);
    expect(events.every(({ event }) => event.kind === 'switch' && event.pid > 0)).toBe(true);
  });

  it.each(['execlog-fork.txt', 'execlog-true.txt'])(
    '%s: a fetch for each line, a load or store for each that it names',
    async (name) => {
      const bytes = fixture(name);
      expect(detectFormat(headOf(bytes, true))?.name).toBe('execlog');
      const text = Buffer.from(bytes).toString('latin1');
      const named = (what: string): number => text.split(`, ${what}, 0x`).length - 1;
      const { statistics } = await read('execlog', bytes);
      expect(statistics).toMatchObject({
        fetches: text.split('\n').length - 1,
        loads: named('load'),
        stores: named('store'),
      });
    },
  );

  // tiny.c beside fork-logs: parent and child store into the page that they share since the fork, after one store before.
  it('execlog-fork.txt has the three stores of tiny.c to its mapped page', async () => {
    const stores = brief(await read('execlog', fixture('execlog-fork.txt'))).filter((record) =>
      /^store/.test(record),
    );
    expect(stores.filter((store) => store === 'store 0x4000803000 0')).toHaveLength(3);
  });
});

describe('writers', () => {
  const original = SAMPLES.din!.bytes;

  async function write(format: string, from: string, bytes: Uint8Array): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    const out = async (piece: Uint8Array) => void pieces.push(new Uint8Array(piece));
    const context = { deflater: nodeDeflate, properties: {}, mapped: false };
    const writer = await formatNamed(format).write!(out, context);
    const builder = new ChunkBuilder();
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield bytes;
    }
    const chunks = formatNamed(from).decode(stream(), builder, { name: 'trace', inflater: nodeDeflate });
    for await (const chunk of chunks) await writer.write(chunk);
    await writer.finish();
    return new Uint8Array(Buffer.concat(pieces));
  }

  it.each(['lackey', 'din', 'csv', 'pwt'])('%s gives back the same accesses', async (format) => {
    const written = await write(format, 'din', original);
    expect(detectFormat(headOf(written, true))?.name).toBe(format);
    expect(brief(await read(format, written))).toEqual(SAMPLES.din!.records);
  });

  it('lackey writes lackey’s own lines: a log without messages comes back byte for byte', async () => {
    const log = text('I  04001090,3', ' L 1ffefff2a8,8', ' S 00601ffd,8', ' M 7ffcdeadbeef,4');
    expect(Buffer.from(await write('lackey', 'lackey', log)).toString()).toBe(Buffer.from(log).toString());
    const native = await write('pwt', 'lackey', log);
    expect(Buffer.from(await write('lackey', 'pwt', native)).toString()).toBe(Buffer.from(log).toString());
  });

  it('champsim gathers an instruction’s loads and stores, and marks where control went elsewhere', async () => {
    const log = text('I  00401000,4', ' L 00601040,8', ' M 00601048,8', 'I  00401004,2', 'I  00401000,4');
    const written = await write('champsim', 'lackey', log);
    expect(written.length).toBe(3 * 64);
    expect([written[8], written[64 + 8], written[64 + 9]]).toEqual([0, 1, 1]);
    expect(brief(await read('champsim', written))).toEqual([
      'fetch 0x401000 0',
      'load 0x601040 0',
      'load 0x601048 0',
      'store 0x601048 0',
      'fetch 0x401004 0',
      'fetch 0x401000 0',
    ]);
  });

  it('champsim writes an instruction with more loads than fit as several', async () => {
    const log = text('I  00401000,4', ...Array.from({ length: 6 }, (_, i) => ` L 0060104${i},1`));
    const written = await write('champsim', 'lackey', log);
    expect(written.length).toBe(2 * 64);
    const loads = brief(await read('champsim', written)).filter((record) => record.startsWith('load'));
    expect(loads).toEqual(Array.from({ length: 6 }, (_, i) => `load 0x60104${i} 0`));
  });
});
