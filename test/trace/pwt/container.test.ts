import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';
import { BY_KERNEL } from '../../../src/trace/chunk.ts';
import { ChunkBuilder } from '../../../src/trace/chunk-builder.ts';
import type { TraceEvent } from '../../../src/trace/event.ts';
import { nodeDeflate } from '../../../src/trace/node/deflate.ts';
import { describePwt } from '../../../src/trace/pwt/file-header.ts';
import { decodePwt } from '../../../src/trace/pwt/reader.ts';
import { BLOCK_HEADER_BYTES, TRAILER_BYTES } from '../../../src/trace/pwt/schema.ts';
import { PwtWriter } from '../../../src/trace/pwt/writer.ts';
import { collect, cutAt, type Decoded } from '../read.ts';

/** What a trace is made of here: an access, or an event. */
type Item =
  | { type: 0 | 1 | 2 | 3; high: number; low: number; size: number; kernel?: boolean }
  | { event: TraceEvent };

async function writePwt(
  items: readonly Item[],
  properties: Record<string, string> = {},
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const out = async (bytes: Uint8Array) => void pieces.push(bytes.slice());
  const writer = await PwtWriter.begin(out, nodeDeflate, { properties, mapped: true });
  const builder = new ChunkBuilder();
  for (const item of items) {
    if ('event' in item) builder.event(item.event);
    else if (item.type === 3) builder.modify(item.high, item.low, item.size);
    else builder.add(item.type, item.high, item.low, item.size, item.kernel ? BY_KERNEL : 0);
    if (builder.full) {
      await writer.write(builder.chunk);
      builder.clear();
    }
  }
  await writer.write(builder.chunk);
  await writer.finish();
  return new Uint8Array(Buffer.concat(pieces));
}

function readPwt(pieces: Iterable<Uint8Array>, recover?: (damage: InputError) => void): Promise<Decoded> {
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield* pieces;
  }
  const builder = new ChunkBuilder();
  const options = { name: 'trace', inflater: nodeDeflate, ...(recover && { recover }) };
  return collect(decodePwt(stream(), builder, options), builder.statistics);
}

/** The same items as a decoder without a container makes of them. */
async function direct(items: readonly Item[]): Promise<Decoded> {
  const builder = new ChunkBuilder();
  async function* chunks() {
    for (const item of items) {
      if ('event' in item) builder.event(item.event);
      else if (item.type === 3) builder.modify(item.high, item.low, item.size);
      else builder.add(item.type, item.high, item.low, item.size, item.kernel ? BY_KERNEL : 0);
      if (builder.full) {
        yield builder.chunk;
        builder.clear();
      }
    }
    yield builder.chunk;
  }
  return collect(chunks(), builder.statistics);
}

const word = fc.oneof(
  fc.integer(),
  fc.integer({ min: 0, max: 300 }),
  fc.constantFrom(-1, 0x0fff, 0x1ffe, -3),
);
const access = fc.record({
  type: fc.constantFrom(0, 1, 2, 3),
  high: fc.oneof(fc.constantFrom(0, 0, 0x1f, 0x7fff), fc.integer({ min: 0, max: 0xfffffffe })),
  low: word,
  size: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 16384 })),
  kernel: fc.boolean(),
}) as fc.Arbitrary<Item>;
const page = fc.integer({ min: 0, max: 2 ** 52 - 1 });
const pid = fc.integer({ min: 0, max: 2 ** 22 });
const text = fc.string({ maxLength: 20 }).filter((string) => !string.includes('\0'));
const event = fc
  .oneof(
    fc.record({ kind: fc.constant('switch'), pid, tid: pid }, { requiredKeys: ['kind', 'pid'] }),
    fc.record({ kind: fc.constant('start'), pid, name: text }, { requiredKeys: ['kind', 'pid'] }),
    fc.record({ kind: fc.constant('file'), file: pid, path: text, bytes: page, tmpfs: fc.boolean() }),
    fc.record({
      kind: fc.constant('mmap'),
      pid,
      vpn: page,
      pages: page,
      prot: fc.constantFrom('', 'r', 'rw', 'rwx'),
      shared: fc.boolean(),
      backing: fc.oneof(
        fc.constant({ kind: 'anon' }),
        fc.record({ kind: fc.constant('file'), file: pid, pageOffset: page }),
      ),
    }),
    fc.record({ kind: fc.constant('mremap'), pid, vpn: page, pages: page, newVpn: page, newPages: page }),
    fc.record({ kind: fc.constant('madvise'), pid, vpn: page, pages: page, advice: text }),
    fc.record({ kind: fc.constant('brk'), pid, endVpn: page }),
    fc.record({ kind: fc.constant('fork'), pid, child: pid, vm: fc.constantFrom('share', 'vfork') }),
    fc.record({ kind: fc.constant('exit'), pid, status: fc.nat(255) }, { requiredKeys: ['kind', 'pid'] }),
  )
  .map((value) => ({ event: value as TraceEvent }));
const trace = fc.array(fc.oneof({ weight: 5, arbitrary: access }, { weight: 1, arbitrary: event }), {
  maxLength: 80,
});

/** Half a million accesses in three blocks: two loops over two arrays, with a fork in the middle. */
function longTrace(): Item[] {
  const items: Item[] = [{ event: { kind: 'start', pid: 7 } }, { event: { kind: 'switch', pid: 7 } }];
  for (let i = 0; i < 150_000; i++) {
    items.push({ type: 0, high: 0, low: 0x401000 + (i % 50) * 4, size: 4 });
    items.push({ type: 1, high: 0x7f, low: (i * 8) | 0, size: 8 });
    items.push({ type: 2, high: 0, low: (i * 40503) % 0x1000000, size: 4 });
    items.push({ type: 3, high: 0x1f, low: -4096 + (i % 100) * 8, size: 8 });
    if (i === 100_000) items.push({ event: { kind: 'fork', pid: 7, child: 8 } });
  }
  return items;
}

describe('a .pwt file', () => {
  it('gives back the accesses, the events and their order, however the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(trace, fc.array(fc.nat(), { maxLength: 5 }), async (items, cuts) => {
        const { records, events, statistics } = await readPwt(cutAt(await writePwt(items), cuts));
        const expected = await direct(items);
        expect(records).toEqual(expected.records);
        expect(events).toEqual(expected.events);
        expect(statistics).toEqual(expected.statistics);
      }),
      { numRuns: 150 },
    );
  });

  it('of several blocks and chunks gives them all back', async () => {
    const items = longTrace();
    const bytes = await writePwt(items);
    const { records, events, statistics } = await readPwt(cutAt(bytes, [1_000, 200_000]));
    const expected = await direct(items);
    expect(statistics).toEqual(expected.statistics);
    expect(records.length).toBe(expected.records.length);
    // Comparing three quarters of a million objects one by one would take longer than reading them.
    expect(JSON.stringify(records.slice(0, 20_000), bigints)).toBe(
      JSON.stringify(expected.records.slice(0, 20_000), bigints),
    );
    expect(records.at(-1)).toEqual(expected.records.at(-1));
    expect(events).toEqual(expected.events);
  });

  it('beyond 1,024 regions of 4 GiB gives everything back', async () => {
    const items: Item[] = Array.from({ length: 3000 }, (_, i) => ({
      type: 1,
      high: i * 3,
      low: i * 4096,
      size: 8,
    }));
    const { records } = await readPwt([await writePwt(items)]);
    expect(records).toEqual((await direct(items)).records);
  });

  it('says where it comes from', async () => {
    const properties = { command: 'gcc -c "hello.c"', host: 'größe', empty: '' };
    const description = describePwt(await writePwt([], properties), 'trace');
    expect(description).toMatchObject({ properties, mapped: true });
  });
});

describe('damage to a .pwt file', () => {
  it('anywhere is noticed: no byte of the file can change unseen', async () => {
    const bytes = await writePwt([
      { event: { kind: 'start', pid: 1 } },
      { type: 0, high: 0, low: 0x1000, size: 4 },
      { type: 1, high: 1, low: 0x2000, size: 8 },
    ]);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 0x10;
      await expect(readPwt([damaged]), `byte ${at} of ${bytes.length}`).rejects.toBeInstanceOf(InputError);
    }
  });

  it('by cutting is noticed at every length', async () => {
    const bytes = await writePwt([
      { type: 0, high: 0, low: 0x1000, size: 4 },
      { event: { kind: 'exit', pid: 1 } },
    ]);
    for (let end = 0; end < bytes.length; end++)
      await expect(readPwt([bytes.slice(0, end)]), `${end} bytes`).rejects.toBeInstanceOf(InputError);
  });

  it('names the block, and --recover gives everything before it', async () => {
    const bytes = await writePwt(longTrace());
    const second = nthBlock(bytes, 2);
    const damaged = bytes.slice();
    damaged[second + BLOCK_HEADER_BYTES + 1000]! ^= 1;
    await expect(readPwt([damaged])).rejects.toMatchObject({ place: `trace: block 2 (byte ${second})` });
    let damage: InputError | undefined;
    const { statistics } = await readPwt([damaged], (error) => {
      damage = error;
    });
    expect(damage?.place).toContain('block 2');
    expect(statistics.records).toBe(1 << 18);
  });

  it('that a checksum cannot see, made on purpose, ends in an InputError as well', async () => {
    const bytes = await writePwt([{ type: 0, high: 0, low: 0x1000, size: 4 }]);
    // Bytes that are no .pwt behind a good signature, and lengths beyond all measure.
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.nat(bytes.length),
        async (junk, at) => {
          const mixed = new Uint8Array(
            Buffer.concat([bytes.subarray(0, at), junk, bytes.subarray(at + junk.length)]),
          );
          await readPwt([mixed]).catch((error: unknown) => expect(error).toBeInstanceOf(InputError));
        },
      ),
      { numRuns: 300 },
    );
  });
});

const bigints = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

/** Where the n-th block begins. */
function nthBlock(bytes: Uint8Array, n: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = describePwt(bytes, 'trace').headerBytes;
  for (let i = 1; i < n; i++) at += BLOCK_HEADER_BYTES + view.getUint32(at + 16, true);
  expect(at).toBeLessThan(bytes.length - TRAILER_BYTES);
  return at;
}
