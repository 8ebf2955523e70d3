import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/rng.ts';
import type { Chunk } from '../../../src/trace/chunk.ts';
import { ChunkBuilder } from '../../../src/trace/chunk-builder.ts';
import type { TraceEvent } from '../../../src/trace/event.ts';
import { merge } from '../../../src/trace/transform/merge.ts';
import { type Slice, slice } from '../../../src/trace/transform/slice.ts';
import { collect, type Decoded } from '../read.ts';

type Item = { address: number; type: number; size: number } | TraceEvent;

async function* chunksOf(items: readonly Item[]): AsyncGenerator<Chunk> {
  const builder = new ChunkBuilder();
  for (const item of items) {
    if ('kind' in item) builder.event(item);
    else if (item.type === 3) builder.modify(0, item.address, item.size);
    else builder.add(item.type, 0, item.address, item.size);
    if (builder.chunk.count < 7) continue;
    yield builder.chunk;
    builder.clear();
  }
  yield builder.chunk;
}

const read = (chunks: AsyncIterable<Chunk>): Promise<Decoded> =>
  collect(chunks, new ChunkBuilder().statistics);
const access = fc.record({
  type: fc.constantFrom(0, 1, 2, 3),
  address: fc.integer({ min: 0, max: 0x20000 }),
  size: fc.integer({ min: 1, max: 16 }),
});

describe('a slice', () => {
  const everything: Slice = { from: 0, to: Number.POSITIVE_INFINITY, pids: null, addresses: null };

  it('by position is that part of the accesses, a modify or a page crosser being one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(access, { maxLength: 40 }),
        fc.nat(30),
        fc.nat(30),
        async (items, from, length) => {
          const { records } = await read(
            slice(chunksOf(items), { ...everything, from, to: from + length + 1 }),
          );
          expect(records).toEqual((await read(chunksOf(items.slice(from, from + length + 1)))).records);
        },
      ),
    );
  });

  it('keeps the events before it, and none behind it', async () => {
    const items: Item[] = [
      { kind: 'start', pid: 1 },
      { type: 1, address: 0x1000, size: 8 },
      { kind: 'fork', pid: 1, child: 2 },
      { type: 1, address: 0x2000, size: 8 },
      { kind: 'exit', pid: 2 },
      { type: 1, address: 0x3000, size: 8 },
    ];
    const { records, events } = await read(slice(chunksOf(items), { ...everything, from: 1, to: 2 }));
    expect(records.map(({ address }) => address)).toEqual([0x2000n]);
    expect(events.map(({ at, event }) => [at, event.kind])).toEqual([
      [0, 'start'],
      [0, 'fork'],
    ]);
  });

  it('of a process has its accesses only', async () => {
    const items: Item[] = [1, 2, 1, 3, 2].flatMap((pid, i): Item[] => [
      { kind: 'switch', pid },
      { type: 1, address: pid * 0x1000 + i * 8, size: 8 },
    ]);
    const { records, events } = await read(slice(chunksOf(items), { ...everything, pids: new Set([2]) }));
    expect(records.map(({ address }) => address)).toEqual([0x2008n, 0x2020n]);
    expect(events.every(({ event }) => event.kind === 'switch' && event.pid === 2)).toBe(true);
  });

  it('of an address range has every access that touches it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(access, { maxLength: 40 }),
        fc.integer({ min: 0, max: 0x20000 }),
        fc.integer({ min: 1, max: 0x8000 }),
        async (items, first, bytes) => {
          const addresses = { first: BigInt(first), end: BigInt(first + bytes) };
          const { records } = await read(slice(chunksOf(items), { ...everything, addresses }));
          const touching = items.filter(
            ({ address, size }) => address + size > first && address < first + bytes,
          );
          expect(records).toEqual((await read(chunksOf(touching))).records);
        },
      ),
    );
  });
});

describe('merged traces', () => {
  const inputs = [
    {
      name: 'plain',
      items: Array.from({ length: 50 }, (_, i): Item => ({ type: 1, address: i * 64, size: 8 })),
    },
    {
      name: 'processes',
      items: [
        { kind: 'start', pid: 9 },
        { kind: 'switch', pid: 9 },
        { kind: 'file', file: 0, path: '/bin/a', bytes: 1 },
        {
          kind: 'mmap',
          pid: 9,
          vpn: 0x80,
          pages: 1,
          prot: 'r',
          shared: false,
          backing: { kind: 'file', file: 0, pageOffset: 0 },
        },
        ...Array.from({ length: 30 }, (_, i): Item => ({ type: 2, address: 0x80000 + i * 64, size: 8 })),
        { kind: 'fork', pid: 9, child: 10 },
        { kind: 'switch', pid: 10, tid: 1 },
        ...Array.from({ length: 30 }, (_, i): Item => ({ type: 2, address: 0x90000 + i * 64, size: 8 })),
      ] as Item[],
    },
  ];
  const merged = (seed: number, quantum = 4) =>
    read(
      merge(
        inputs.map(({ name, items }) => ({ name, chunks: chunksOf(items) })),
        quantum,
        new Rng(seed),
      ),
    );

  it('keep the order of each, and every access runs in the process it belongs to', async () => {
    const { records, events } = await merged(1);
    const ran: { pid: number; address: bigint }[] = [];
    let pid = 0;
    let next = 0;
    for (const [i, { address }] of records.entries()) {
      for (; next < events.length && events[next]!.at <= i; next++) {
        const { event } = events[next]!;
        if (event.kind === 'switch') pid = event.pid;
      }
      ran.push({ pid, address });
    }
    const byProcess = (wanted: number) =>
      ran.filter((entry) => entry.pid === wanted).map(({ address }) => Number(address));
    expect(byProcess(1)).toEqual(Array.from({ length: 50 }, (_, i) => i * 64));
    expect(byProcess(2)).toEqual(Array.from({ length: 30 }, (_, i) => 0x80000 + i * 64));
    expect(byProcess(3)).toEqual(Array.from({ length: 30 }, (_, i) => 0x90000 + i * 64));
  });

  it('are the same for the same seed and others for another', async () => {
    expect(await merged(5)).toEqual(await merged(5));
    expect((await merged(5)).records).not.toEqual((await merged(6)).records);
  });

  it('take turns that are as long as asked, on average', async () => {
    const items = Array.from({ length: 20_000 }, (_, i): Item => ({ type: 1, address: i, size: 1 }));
    const two = [0, 1].map((i) => ({ name: String(i), chunks: chunksOf(items) }));
    const { events } = await read(merge(two, 50, new Rng(3)));
    const switches = events.filter(({ event }) => event.kind === 'switch').length;
    // Every second turn stays with the same trace: a run is two turns, 100 accesses, on average.
    expect(40_000 / switches).toBeGreaterThan(80);
    expect(40_000 / switches).toBeLessThan(125);
  });
});
