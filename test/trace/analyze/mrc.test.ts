import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MissRatios, type MrcOptions } from '../../../src/trace/analyze/mrc.ts';
import { PageIndex } from '../../../src/trace/analyze/page-index.ts';
import { StackDistance } from '../../../src/trace/analyze/stack-distance.ts';
import { ChunkBuilder } from '../../../src/trace/chunk-builder.ts';
import { generate, generatorNamed, parameterValues } from '../../../src/trace/generate/index.ts';
import { openTrace } from '../../../src/trace/node/open.ts';
import { LruPages } from '../../oracle/lru-pages.ts';

const EVERYTHING: MrcOptions = { accesses: 'all', pageShift: 0, sets: [1, 2, 4, 8], ways: 8, sample: 1 };

/** Pages in runs and loops and at random, as programs use them. */
const pages = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 40 }).map((page) => [page]),
      fc.integer({ min: 2, max: 30 }).map((n) => Array.from({ length: n * 2 }, (_, i) => i % n)),
      fc.integer({ min: 0, max: 500 }).map((page) => [page, page, page]),
    ),
    { maxLength: 30 },
  )
  .map((runs) => runs.flat());

function ratiosOf(list: readonly number[], options: MrcOptions = EVERYTHING): MissRatios {
  const builder = new ChunkBuilder();
  for (const page of list) builder.add(1, Math.floor(page / 0x100000), (page % 0x100000) * 4096, 8);
  const ratios = new MissRatios(options);
  ratios.add(builder.chunk);
  return ratios;
}

function directMisses(list: readonly number[], sets: number, ways: number): number {
  const model = new LruPages(sets, ways);
  for (const page of list) model.use(page);
  return model.misses;
}

describe('stack distances', () => {
  it('are the number of different pages since the last use', () => {
    const stack = new StackDistance(4);
    // a b c b b a: b after c is 1 page back, b after b is 0, a has b and c between.
    expect([0, 1, 2, 1, 1, 0].map((page) => stack.use(page))).toEqual([-1, -1, -1, 1, 0, 2]);
  });

  it('agree with a list that is searched, through any number of renumberings', () => {
    fc.assert(
      fc.property(pages, (list) => {
        const stack = new StackDistance(4);
        const order: number[] = [];
        for (const page of list) {
          const depth = order.indexOf(page);
          expect(stack.use(page)).toBe(depth);
          if (depth >= 0) order.splice(depth, 1);
          order.unshift(page);
        }
      }),
    );
  });
});

describe('miss-ratio curves', () => {
  it('equal direct simulation at every fully associative size', () => {
    fc.assert(
      fc.property(pages, (list) => {
        const { misses, lookups } = ratiosOf(list).curve();
        expect(lookups).toBe(list.length);
        for (let entries = 1; entries <= misses.length + 2; entries++)
          expect(misses[Math.min(entries, misses.length - 1)]).toBe(directMisses(list, 1, entries));
      }),
      { numRuns: 60 },
    );
  });

  it('equal direct simulation for every number of sets and ways of the grid', () => {
    fc.assert(
      fc.property(pages, (list) => {
        for (const stacks of ratiosOf(list).grid)
          for (let ways = 1; ways <= stacks.ways; ways++)
            expect(stacks.misses(ways)).toBe(directMisses(list, stacks.sets, ways));
      }),
      { numRuns: 60 },
    );
  });

  it('of a real trace give the DTLB and ITLB misses that other simulators count', async () => {
    // cc1-1M: 64 entries in 4 ways, split, LRU: 1,951 ITLB and 2,743 DTLB misses (Dinero IV, drmemtrace, a C reference);
    // fully associative 1,796 and 2,009.
    const path = new URL('../../fixtures/trace/cc1-1M.lackey.br', import.meta.url).pathname;
    const fetch = new MissRatios({ ...EVERYTHING, accesses: 'fetch', sets: [16] });
    const data = new MissRatios({ ...EVERYTHING, accesses: 'data', sets: [16] });
    for await (const chunk of (await openTrace(path)).chunks()) {
      fetch.add(chunk);
      data.add(chunk);
    }
    expect([fetch.lookups, data.lookups]).toEqual([693_425, 309_088]);
    expect([fetch.grid[0]!.misses(4), data.grid[0]!.misses(4)]).toEqual([1_951, 2_743]);
    expect([fetch.curve().misses[64], data.curve().misses[64]]).toEqual([1_796, 2_009]);
  });

  it('with 2 MiB pages count an access across a 4 KiB boundary once', async () => {
    // sort-400k: 32 entries, 4 ways, 2 MiB: 118,668 DTLB lookups and 5 misses, 283,067 ITLB lookups and 2 misses.
    const path = new URL('../../fixtures/trace/sort-400k.lackey.br', import.meta.url).pathname;
    const fetch = new MissRatios({ ...EVERYTHING, accesses: 'fetch', pageShift: 9, sets: [8] });
    const data = new MissRatios({ ...EVERYTHING, accesses: 'data', pageShift: 9, sets: [8] });
    for await (const chunk of (await openTrace(path)).chunks()) {
      fetch.add(chunk);
      data.add(chunk);
    }
    expect([fetch.lookups, data.lookups]).toEqual([283_067, 118_668]);
    expect([fetch.grid[0]!.misses(4), data.grid[0]!.misses(4)]).toEqual([2, 5]);
  });

  it('keep the pages of different processes apart, and those of a vfork together', () => {
    const builder = new ChunkBuilder();
    builder.event({ kind: 'switch', pid: 1 });
    builder.add(1, 0, 0x1000, 8);
    builder.event({ kind: 'fork', pid: 1, child: 2 });
    builder.event({ kind: 'fork', pid: 1, child: 3, vm: 'vfork' });
    for (const pid of [2, 3, 1]) {
      builder.event({ kind: 'switch', pid });
      builder.add(1, 0, 0x1000, 8);
    }
    const ratios = new MissRatios(EVERYTHING);
    ratios.add(builder.chunk);
    // Two different pages: process 2 has its own.
    expect(ratios.curve().misses.at(-1)).toBe(2);
  });

  it('of a sample lie near the exact one, within a few of the standard errors that it reports', () => {
    const kind = generatorNamed('zipf');
    const values = parameterValues(kind, ['size=32M', 'item=4096', 'theta=0.6']);
    const exact = new MissRatios({ ...EVERYTHING, sets: [] });
    const sampled = new MissRatios({ ...EVERYTHING, sets: [], sample: 0.2 });
    for (const chunk of generate(kind, values, 3, 300_000)) {
      exact.add(chunk);
      sampled.add(chunk);
    }
    const whole = exact.curve();
    const part = sampled.curve();
    let sum = 0;
    for (const entries of [256, 512, 1024, 2048, 4096]) {
      const a = whole.misses[Math.min(entries, whole.misses.length - 1)]! / whole.lookups;
      const b = part.misses[Math.min(entries, part.misses.length - 1)]! / part.lookups;
      sum += Math.abs(a - b);
    }
    expect(part.error!.mean).toBeGreaterThan(0);
    expect(sum / 5).toBeLessThan(5 * part.error!.mean);
    expect(sum / 5).toBeLessThan(0.05);
  });
});

describe('page numbers', () => {
  it('are one for a page and different for different pages, however many there are', () => {
    const index = new PageIndex();
    const seen = new Map<string, number>();
    for (let i = 0; i < 20_000; i++) {
      const [space, region, page] = [i % 3, (i >> 3) % 5, (i * 7919) % 4096];
      const key = `${space} ${region} ${page}`;
      const id = index.id(space, region, page);
      expect(seen.get(key) ?? id).toBe(id);
      seen.set(key, id);
    }
    expect(index.count).toBe(seen.size);
    expect(new Set(seen.values()).size).toBe(seen.size);
  });
});
