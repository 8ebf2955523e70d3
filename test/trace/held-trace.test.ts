import { describe, expect, it } from 'vitest';
import { LOAD, STORE } from '../../src/core/access.ts';
import { HeldSource, holdTrace } from '../../src/trace/held-trace.ts';
import { MadeTrace } from '../../src/trace/node/made.ts';
import type { TraceSource } from '../../src/trace/source.ts';
import { sourceOf } from '../sim/trace-of.ts';

const RECIPE = {
  kind: 'redis-snapshot',
  values: { size: 2 ** 20, writes: 0.5, theta: 0.99, interval: 50_000, saved: 512 },
  seed: 3,
  count: 200_000,
};

/** Everything that a consumer can see, chunk by chunk. */
async function seen(source: TraceSource) {
  const chunks = [];
  for await (const { count, keys, offsets, sizes, events } of source.chunks())
    chunks.push({
      count,
      wide: keys instanceof Float64Array,
      columns: [keys, offsets, sizes].map((column) => [...column.subarray(0, count)]),
      events: structuredClone(events),
      statistics: { ...source.statistics },
    });
  const regions = Array.from({ length: source.regions.count }, (_, i) => source.regions.highOf(i));
  return { chunks, regions, sha256: await source.sha256(), info: source.info };
}

describe('a held trace', () => {
  it('is read as the trace itself: records, events, regions and counts, chunk by chunk', async () => {
    const held = await holdTrace(new MadeTrace(RECIPE), 2 ** 30, 1);
    const original = await seen(new MadeTrace(RECIPE));
    expect(original.chunks.length).toBeGreaterThan(2);
    expect(await seen(new HeldSource(held!))).toEqual(original);
  });

  it('holds wide keys too, where a trace touches more regions than packed keys can name', async () => {
    const wide = () =>
      sourceOf((builder) => {
        for (let high = 0; high < 1100; high++) builder.add(high % 2 ? LOAD : STORE, high, 0x1000, 8);
      });
    const held = await holdTrace(wide(), 2 ** 30, 1);
    const reading = await seen(new HeldSource(held!));
    expect(reading.chunks[0]!.wide).toBe(true);
    expect(reading).toEqual(await seen(wide()));
  });

  it('crosses to another thread without a copy of its columns', async () => {
    const held = (await holdTrace(new MadeTrace(RECIPE), 2 ** 30, 1))!;
    const there = structuredClone(held);
    expect(there.chunks[0]!.keys.buffer).toBeInstanceOf(SharedArrayBuffer);
    (held.chunks[0]!.keys as Int32Array)[0] = 77;
    expect(there.chunks[0]!.keys[0]).toBe(77);
  });

  it('is none when its columns do not fit: 8 bytes a record', async () => {
    const source = () =>
      sourceOf((builder) => {
        for (let i = 0; i < 100; i++) builder.add(LOAD, 0, i * 4096, 8);
      });
    expect(await holdTrace(source(), 799, 1)).toBeUndefined();
    expect(await holdTrace(source(), 800, 1)).toBeDefined();
  });
});
