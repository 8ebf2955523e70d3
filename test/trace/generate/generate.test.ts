import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';
import { Rng } from '../../../src/core/rng.ts';
import type { TraceEvent } from '../../../src/trace/event.ts';
import { GENERATORS, generate, generatorNamed, parameterValues } from '../../../src/trace/generate/index.ts';
import { Zipf } from '../../../src/trace/generate/zipf.ts';
import { recordsOf } from '../read.ts';

interface Made {
  readonly records: { readonly pid: number; readonly type: string; readonly address: bigint }[];
  readonly events: TraceEvent[];
}

/** Makes a trace and gives each record the process that runs. */
function make(name: string, words: string[], accesses: number, seed = 1): Made {
  const kind = generatorNamed(name);
  const records: Made['records'] = [];
  const events: TraceEvent[] = [];
  let pid = 0;
  for (const chunk of generate(kind, parameterValues(kind, words), seed, accesses)) {
    let next = 0;
    const take = (upTo: number): void => {
      for (; next < chunk.events.length && chunk.events[next]!.at <= upTo; next++) {
        const { event } = chunk.events[next]!;
        events.push(event);
        if (event.kind === 'switch') pid = event.pid;
      }
    };
    for (const [i, { type, address }] of recordsOf(chunk).entries()) {
      take(i);
      records.push({ pid, type, address });
    }
    take(Number.POSITIVE_INFINITY);
  }
  return { records, events };
}

const pagesOf = ({ records }: Made): Set<bigint> => new Set(records.map(({ address }) => address >> 12n));

describe('every kind of made trace', () => {
  it.each(GENERATORS.map(({ name }) => name))(
    '%s is the same for the same seed, and as long as asked',
    (name) => {
      const once = make(name, [], 30_000, 7);
      expect(make(name, [], 30_000, 7)).toEqual(once);
      // A step may end a little beyond: six accesses of a stencil point are one step.
      expect(once.records.length).toBeGreaterThanOrEqual(30_000);
      expect(once.records.length).toBeLessThan(30_008);
    },
  );

  it.each(GENERATORS.map(({ name }) => name))(
    '%s accesses only what its running process has mapped',
    (name) => {
      const kind = generatorNamed(name);
      const mapped = new Map<number, { vpn: number; pages: number }[]>();
      let pid = 0;
      const apply = (event: TraceEvent): void => {
        if (event.kind === 'start' || event.kind === 'exec') mapped.set(event.pid, []);
        if (event.kind === 'mmap') mapped.get(event.pid)!.push(event);
        if (event.kind === 'fork') mapped.set(event.child, [...mapped.get(event.pid)!]);
        if (event.kind === 'exit') mapped.delete(event.pid);
        if (event.kind === 'switch') pid = event.pid;
      };
      for (const chunk of generate(kind, parameterValues(kind, []), 3, 400_000)) {
        let next = 0;
        for (let i = 0; i < chunk.count; i += 37) {
          for (; next < chunk.events.length && chunk.events[next]!.at <= i; next++)
            apply(chunk.events[next]!.event);
          const region = chunk.regions.highOf(chunk.keys[i]! >>> 22);
          const vpn = region * 2 ** 20 + ((chunk.keys[i]! >>> 2) & 0xfffff);
          const areas = mapped.get(pid);
          expect(areas?.some((area) => vpn >= area.vpn && vpn < area.vpn + area.pages)).toBe(true);
        }
        for (; next < chunk.events.length; next++) apply(chunk.events[next]!.event);
      }
    },
  );
});

describe('the patterns', () => {
  it('page-probe touches each of its pages once before it touches any again', () => {
    const made = make('page-probe', ['pages=100'], 1000);
    for (let pass = 0; pass < 10; pass++) {
      const pages = made.records.slice(pass * 100, pass * 100 + 100).map(({ address }) => address >> 12n);
      expect(new Set(pages).size).toBe(100);
    }
    expect(pagesOf(made).size).toBe(100);
  });

  it('pointer-chase visits every node once in a round, and the next round is the same', () => {
    const { records } = make('pointer-chase', ['size=64K', 'node=64'], 2048);
    const addresses = records.map(({ address }) => address);
    expect(new Set(addresses.slice(0, 1024)).size).toBe(1024);
    expect(addresses.slice(1024)).toEqual(addresses.slice(0, 1024));
  });

  it('pointer-chase has no favourite distance: fewer than 1 % of its steps stay in the page', () => {
    const { records } = make('pointer-chase', ['size=16M'], 50_000);
    let near = 0;
    for (let i = 1; i < records.length; i++)
      if (records[i]!.address >> 12n === records[i - 1]!.address >> 12n) near++;
    expect(near / records.length).toBeLessThan(0.01);
  });

  it('stride takes steps of its stride, and a word more in the next pass', () => {
    const { records } = make('stride', ['size=64K', 'stride=4K'], 32);
    const base = records[0]!.address;
    expect(records.map(({ address }) => Number(address - base))).toEqual([
      ...Array.from({ length: 16 }, (_, i) => i * 4096),
      ...Array.from({ length: 16 }, (_, i) => i * 4096 + 8),
    ]);
  });

  it('a zipf draw has rank 0 with probability 1/zeta(n), rank 1 with 1/2^theta of that', () => {
    // zeta(1000, 0.99) = sum of i^-0.99 for i = 1..1000
    let zeta = 0;
    for (let i = 1; i <= 1000; i++) zeta += i ** -0.99;
    const zipf = new Zipf(1000, 0.99);
    const rng = new Rng(5);
    const counts = new Float64Array(1000);
    for (let i = 0; i < 200_000; i++) counts[zipf.draw(rng)]!++;
    expect(counts[0]! / 200_000).toBeCloseTo(1 / zeta, 2);
    expect(counts[1]! / 200_000).toBeCloseTo(2 ** -0.99 / zeta, 2);
    expect(Math.max(...counts)).toBe(counts[0]);
  });
});

describe('the process workloads', () => {
  it('redis-snapshot: while the child saves every page once, the parent goes on writing', () => {
    const made = make('redis-snapshot', ['size=256K', 'interval=1000', 'saved=4096'], 12_000);
    const fork = made.events.find((event) => event.kind === 'fork')!;
    const saved = made.records.filter(({ pid, type }) => pid === fork.child && type === 'load');
    expect(new Set(saved.map(({ address }) => address >> 12n)).size).toBe(64);
    expect(made.events.filter(({ kind }) => kind === 'wait').length).toBeGreaterThan(1);
  });

  it('fork-server: each child touches as many pages as asked and is waited for', () => {
    const { events } = make('fork-server', ['size=64K', 'reads=3', 'writes=2', 'accesses=4'], 5_000);
    const kinds = events.map(({ kind }) => kind).filter((kind) => ['fork', 'exit', 'wait'].includes(kind));
    for (let i = 0; i + 2 < kinds.length; i += 3)
      expect(kinds.slice(i, i + 3)).toEqual(['fork', 'exit', 'wait']);
  });

  it('fork-rewrite: each child writes its pages in order, then the parent its own, and the child ends', () => {
    const { records, events } = make('fork-rewrite', ['size=64K', 'child=3', 'parent=2'], 16 + 2 * 5);
    const [fill, rounds] = [records.slice(0, 16), records.slice(16)];
    const base = fill[0]!.address;
    expect(fill.map(({ address }) => address)).toEqual(fill.map((_, page) => base + BigInt(page) * 4096n));
    expect(rounds.map(({ pid, address }) => [pid, (address - base) / 4096n])).toEqual([
      [2, 0n],
      [2, 1n],
      [2, 2n],
      [1, 0n],
      [1, 1n],
      [3, 0n],
      [3, 1n],
      [3, 2n],
      [1, 0n],
      [1, 1n],
    ]);
    expect(events.filter(({ kind }) => kind === 'exit')).toEqual([{ kind: 'exit', pid: 2, status: 0 }]);
  });

  it('fork-rewrite: its memory is mapped as asked', () => {
    const { events } = make('fork-rewrite', ['size=2M', 'shared=1', 'huge=1', 'populate=1'], 1);
    expect(events.find(({ kind }) => kind === 'mmap')).toMatchObject({
      pages: 512,
      shared: true,
      thp: true,
      populate: true,
    });
  });

  it('zygote: as many children live at a time as asked', () => {
    const { events } = make('zygote', ['size=64K', 'own=8K', 'children=5', 'life=512'], 30_000);
    let alive = 0;
    let most = 0;
    for (const { kind } of events) {
      if (kind === 'fork') alive++;
      if (kind === 'exit') alive--;
      most = Math.max(most, alive);
    }
    expect(most).toBe(5);
  });

  it('shell: a child executes another program before it touches that program’s memory', () => {
    const { events } = make('shell', ['size=64K', 'program=64K', 'accesses=100'], 5_000);
    const fork = events.find((event) => event.kind === 'fork')!;
    const own = events.filter((event) => 'pid' in event && event.pid === fork.child).map(({ kind }) => kind);
    expect(own).toEqual(['switch', 'exec', 'mmap', 'exit']);
  });
});

describe('values on the command line', () => {
  const zipf = generatorNamed('zipf');

  it('take K, M, G and T for powers of 1,024', () => {
    expect(parameterValues(zipf, ['size=64K', 'theta=0.5'])).toMatchObject({
      size: 65536,
      theta: 0.5,
      item: 64,
    });
    expect(parameterValues(zipf, ['size=1.5G'])).toMatchObject({ size: 1.5 * 2 ** 30 });
  });

  it.each([
    'size',
    'size=',
    'size=-1',
    'size=1',
    'size=1e9',
    'theta=2',
    'item=1.5',
    'colour=red',
    'size=9999T',
  ])('are refused when they cannot be: %s', (word) =>
    expect(() => parameterValues(zipf, [word])).toThrow(InputError),
  );

  it('that are nearly right are refused with what is right', () => {
    expect(() => parameterValues(zipf, ['thea=0.5'])).toThrow(
      expect.objectContaining({ remedy: 'theta=VALUE?' }),
    );
    expect(() => generatorNamed('zygot')).toThrow(
      expect.objectContaining({ remedy: "did you mean 'zygote'?" }),
    );
  });
});
