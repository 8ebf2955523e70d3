import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CompareRequest, compare } from '../../../src/sim/compare/compare.ts';
import { openOrigin, shareTrace } from '../../../src/sim/compare/origin.ts';
import { pointsOf } from '../../../src/sim/compare/plan.ts';
import { runPoints } from '../../../src/sim/compare/run-points.ts';
import { builtThread } from '../../built-thread.ts';

let folder: string;
let script: URL;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pagewalk-compare-'));
  script = await builtThread('src/sim/compare/thread.ts', folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const MADE = {
  kind: 'made',
  recipe: {
    kind: 'redis-snapshot',
    values: { size: 2 ** 19, writes: 0.5, theta: 0.99, interval: 5_000, saved: 512 },
    seed: 1,
    count: 15_000,
  },
} as const;

const REQUEST: CompareRequest = {
  trace: MADE,
  seeds: [1, 2],
  axes: [
    { name: 'machine', values: ['skylake'] },
    { name: 'policy', values: ['eager', 'linux-6.18', 'on-demand-fork', 'examples/copy-small.js'] },
  ],
  jobs: 1,
  version: 'test',
  warmup: 0,
};

describe('points of a comparison', () => {
  it('give the same bytes whether they run in turn or on three threads at once, and tell when each is done', async () => {
    const told: number[] = [];
    const onProgress = (done: number, all: number) => told.push(done / all);
    const bytes = async (jobs: number) =>
      JSON.stringify(await compare({ ...REQUEST, jobs, script, onProgress }));
    expect(await bytes(3)).toBe(await bytes(1));
    const once = [1, 2, 3, 4, 5, 6, 7, 8].map((done) => done / 8);
    expect(told).toEqual([...once, ...once]);
  });

  it('give the same results from a trace that is held and from one that each decodes itself', async () => {
    const points = await pointsOf(
      REQUEST.axes,
      [
        ['skylake', 'eager'],
        ['skylake', 'vfork'],
      ],
      { warmup: 0 },
    );
    const held = await shareTrace(MADE, 1);
    const streamed = await shareTrace(MADE, 1, 1000);
    expect([held.kind, streamed.kind]).toEqual(['held', 'made']);
    const run = (origin: typeof held, jobs: number) =>
      runPoints({ origin, points, version: 'test' }, { jobs, script, nameOf: String });
    const expected = await run(held, 1);
    expect(await run(streamed, 1)).toEqual(expected);
    expect(await run(streamed, 2)).toEqual(expected);
  });

  it('say which of them failed, and why, from a thread as from here', async () => {
    const path = join(folder, 'bad.lackey');
    writeFileSync(path, ' L 1000,4\n L 1000,4\nI  zzz,4\n');
    const points = await pointsOf(
      REQUEST.axes,
      [
        ['skylake', 'eager'],
        ['skylake', 'vfork'],
      ],
      { warmup: 0 },
    );
    for (const jobs of [1, 2]) {
      const failing = runPoints(
        { origin: { kind: 'file', path }, points, version: 'test' },
        { jobs, script, nameOf: (point) => `policy=${['eager', 'vfork'][point]}` },
      );
      await expect(failing).rejects.toThrow(/^policy=(eager|vfork): /);
      await expect(failing).rejects.toMatchObject({ place: expect.stringContaining('bad.lackey') });
    }
  });

  it('read a recipe as the trace that the same recipe writes', async () => {
    const direct = await openOrigin(MADE);
    expect(direct.info).toMatchObject({ format: 'made', mapped: true });
    expect(direct.info.path).toBe(
      'redis-snapshot size=524288 writes=0.5 theta=0.99 interval=5000 saved=512 seed=1 count=15000',
    );
  });
});

describe('planning points', () => {
  const plan = (axes: CompareRequest['axes'], ...combinations: string[][]) =>
    pointsOf(axes, combinations, { warmup: 0 });

  it('puts each value where it belongs: machine, kernel, policy, settings', async () => {
    const axes = ['machine', 'policy', 'tlb.stlb.ways'].map((name) => ({ name, values: [] }));
    const [point] = await plan(axes, ['zen3', 'vfork', '8']);
    expect(point!.machine.name).toBe('zen3');
    expect(point!.machine.tlb.stlb!.arrays[0]!.ways).toBe(8);
    expect(point!.policy!.forkTables).toBe('share-space');
  });

  it.each([
    [['machine'], ['skylak'], /no machine is called/],
    [['machine', 'policy'], ['skylake', 'linux-6.19'], /no policy is called/],
    [['machine', 'kernel'], ['skylake', 'windows'], /no kernel is called/],
    [['machine', 'tlb.stlb.wais'], ['skylake', '8'], /no key/],
    [['machine', 'kernel', 'policy'], ['skylake', 'demand', 'vfork'], /need the Linux kernel/],
    [['machine', 'a', 'a'], ['skylake', '1', '2'], /varied twice/],
  ])('refuses %j = %j before anything runs', async (names, values, message) => {
    await expect(
      plan(
        names.map((name) => ({ name, values: [] })),
        values,
      ),
    ).rejects.toThrow(message);
  });
});
