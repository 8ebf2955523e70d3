import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';
import type { ChunkBuilder } from '../../../src/trace/chunk-builder.ts';
import { LackeyDecoder } from '../../../src/trace/format/lackey.ts';
import { LINE_LIMIT } from '../../../src/trace/format/text.ts';
import { decodeLackey } from '../../oracle/lackey.ts';
import { bytesOf, cutAt, decodeAll } from '../read.ts';

const lackey = (builder: ChunkBuilder, name: string) => new LackeyDecoder(builder, name);
const decode = (text: string) => decodeAll(lackey, [bytesOf(text)]);

/** The InputError that decoding ends with. */
async function refusal(bytes: Uint8Array): Promise<InputError> {
  const error = await decodeAll(lackey, [bytes]).then(
    () => expect.unreachable('was decoded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

describe('lackey lines', () => {
  it('a fetch, a load and a store are one record each, with hex address and decimal size', async () => {
    const { records } = await decode('I  04001090,3\n L 1ffefff2a8,8\n S 7ffcdeadbeef,16\n');
    expect(records).toEqual([
      { type: 'fetch', address: 0x4001090n, size: 3, continues: false, modifies: false },
      { type: 'load', address: 0x1ffefff2a8n, size: 8, continues: false, modifies: false },
      { type: 'store', address: 0x7ffcdeadbeefn, size: 16, continues: false, modifies: false },
    ]);
  });

  it('a modify is a load, then a store marked as the half of a modify', async () => {
    const { records, statistics } = await decode(' M 00601040,4\n');
    expect(records).toEqual([
      { type: 'load', address: 0x601040n, size: 4, continues: false, modifies: false },
      { type: 'store', address: 0x601040n, size: 4, continues: false, modifies: true },
    ]);
    expect(statistics).toMatchObject({ records: 1, modifies: 1, loads: 0, stores: 0 });
  });

  it('an access across a page is a record in each page, and a crossing modify loads both before it stores', async () => {
    const { records, statistics } = await decode(' M 00601ffd,8\n');
    expect(records.map(({ type, address, size, continues }) => [type, address, size, continues])).toEqual([
      ['load', 0x601ffdn, 3, false],
      ['load', 0x602000n, 5, true],
      ['store', 0x601ffdn, 3, false],
      ['store', 0x602000n, 5, true],
    ]);
    expect(statistics.crossings).toBe(1);
  });

  it('an access across a 4 GiB boundary continues in the next region', async () => {
    const { records } = await decode(' L 1fffffffc,8\n');
    expect(records.map(({ address, size }) => [address, size])).toEqual([
      [0x1fffffffcn, 4],
      [0x200000000n, 4],
    ]);
  });

  it('messages, superblock marks, system calls and empty lines are no accesses', async () => {
    const { records, statistics } = await decode(
      [
        '==5985== Lackey, an example Valgrind tool',
        '--5985-- Reading syms from /usr/bin/ls',
        '**5985** a client print',
        ' SB 04001090',
        'SYSCALL[5985,1](12) sys_brk ( 0x0 ) --> [pre-success] Success(0x4035000) ',
        ' --> [pre-success] Success(0x483a000) ',
        '',
        'I  04001090,3',
        '',
      ].join('\n'),
    );
    expect(records).toHaveLength(1);
    expect(statistics).toMatchObject({ records: 1, fetches: 1, lines: 8 });
  });

  it('a carriage return before the newline and a missing last newline do no harm', async () => {
    const { records } = await decode('I  04001090,3\r\n L 00601040,4');
    expect(records).toHaveLength(2);
  });

  it('the address may have up to 16 digits, and 17 are refused with the line', async () => {
    const { records } = await decode(' L fffffffffffffff8,8\n');
    expect(records[0]!.address).toBe(0xfffffffffffffff8n);
    const error = await refusal(bytesOf('I  04001090,3\n L 10000000000000000,8\n'));
    expect(error.message).toContain('above 64 bits');
    expect(error.place).toBe('trace:2');
  });

  it('an access past the end of the address space is refused', async () => {
    const error = await refusal(bytesOf(' L ffffffffffffffff,2\n'));
    expect(error.message).toContain('past the end of the address space');
  });

  it.each([
    ['hello world\n', 1],
    ['I  04001090,3\nI  04001090\n', 2],
    ['I  04001090,3\n\nI  0400z090,3\n', 3],
    ['I  04001090,3\n L 04001090,0\n', 2],
    [' L 04001090,99999\n', 1],
    ['I  04001090,3\nI  0400\0', 2],
    ['\u001b[31mI  04001090,3\n', 1],
  ])('garbage is refused with its line: %j', async (text, line) => {
    const error = await refusal(bytesOf(text));
    expect(error.place).toBe(`trace:${line}`);
    expect(error.message).not.toMatch(/[\0\u001b]/);
  });

  it('a line beyond the limit is refused without being collected', async () => {
    const long = new Uint8Array(10 * LINE_LIMIT).fill(0x61);
    const error = await refusal(long);
    expect(error.message).toContain(`more than ${LINE_LIMIT} bytes`);
    expect(error.place).toBe('trace:1');
  });

  it('beyond 1,024 regions of 4 GiB the keys become doubles and lose nothing', async () => {
    const text = Array.from(
      { length: 3000 },
      (_, i) => ` S ${(i * 0x1_0000_0000 + 0x1040).toString(16)},8\n`,
    );
    const { records } = await decode(text.join(''));
    expect(records).toEqual(decodeLackey(text.join('')));
  });
});

const digits = fc.oneof(
  fc.bigInt(0n, 0xffff_ffffn),
  fc.bigInt(0x1ff_0000_0000n, 0x1ff_0001_0000n),
  fc.bigInt(0n, 0xffff_ffff_ffffn),
  fc.bigInt(0n, 0xffff_ffff_ffff_ff00n),
  fc.bigInt(0n, 50n).map((n) => 0x4000_0000n - n),
);
const accessLine = fc
  .tuple(
    fc.constantFrom('I ', ' L', ' S', ' M'),
    digits,
    fc.integer({ min: 1, max: 200 }),
    fc.constantFrom(8, 10, 16),
  )
  .map(([letter, address, size, width]) => `${letter} ${address.toString(16).padStart(width, '0')},${size}`);
const otherLine = fc.constantFrom(
  '==12== some message',
  ' SB 04001090',
  '',
  'SYSCALL[12,1](3) sys_close ( 4 )[sync] --> Success(0x0) ',
);
const log = fc
  .array(fc.oneof({ weight: 9, arbitrary: accessLine }, { weight: 1, arbitrary: otherLine }), {
    maxLength: 60,
  })
  .map((lines) => lines.map((line) => `${line}\n`).join(''));

describe('against the slow decoder', () => {
  it('gives the same records for any log, however the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(log, fc.array(fc.nat(), { maxLength: 8 }), async (text, cuts) => {
        const { records } = await decodeAll(lackey, cutAt(bytesOf(text), cuts));
        expect(records).toEqual(decodeLackey(text));
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same records, one chunk after another, for a log of several chunks', async () => {
    const lines = fc.sample(accessLine, { numRuns: 500, seed: 7 });
    const text = Array.from({ length: 400 }, () => lines)
      .flat()
      .map((line) => `${line}\n`)
      .join('');
    const { records } = await decodeAll(lackey, cutAt(bytesOf(text), [1_000_003, 2_000_003]));
    expect(records).toEqual(decodeLackey(text));
  });

  it('any damage ends in records or in an InputError, never in anything else', async () => {
    const outcome = async (bytes: Uint8Array): Promise<void> => {
      await decodeAll(lackey, [bytes]).catch((error: unknown) => expect(error).toBeInstanceOf(InputError));
    };
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), outcome));
    const whole = bytesOf(
      '==1== x\nI  04001090,3\n L 1ffefff2a8,8\n M 04001ffe,8\nSYSCALL[1,1](3) sys_close ( 4 )\n',
    );
    for (let end = 0; end <= whole.length; end++) await outcome(whole.slice(0, end));
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const flipped = whole.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      await outcome(flipped);
    }
  });
});
