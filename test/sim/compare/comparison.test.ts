import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { LOAD, STORE } from '../../../src/core/access.ts';
import { type Comparison, comparisonOf } from '../../../src/sim/compare/comparison.ts';
import { ledgerComparison } from '../../../src/sim/compare/ledger-comparison.ts';
import { METRICS } from '../../../src/sim/compare/metrics.ts';
import type { RunResult } from '../../../src/sim/result.ts';
import type { Step } from '../trace-of.ts';
import { runSteps } from './results.ts';

const POLICIES = ['eager', 'linux-6.18', 'vfork'];

/**
 * Three pages written, a fork, one of them written by the parent, another read by the child. By hand:
 *   eager       fork copies 3 pages; neither access faults: 3 faults (first touches), 3 x 4096 bytes copied
 *   linux-6.18  fork copies none; the write faults and copies 1 page, the read finds its PTE: 4 faults, 4096 bytes
 *   vfork       one address space: 3 faults, nothing copied
 */
const STEPS: Step[] = [
  { kind: 'start', pid: 1 },
  { kind: 'mmap', pid: 1, vpn: 0x100, pages: 3, prot: 'rw', shared: false, backing: { kind: 'anon' } },
  { access: STORE, page: 0x100 },
  { access: STORE, page: 0x101 },
  { access: STORE, page: 0x102 },
  { kind: 'fork', pid: 1, child: 2 },
  { access: STORE, page: 0x100 },
  { kind: 'switch', pid: 2 },
  { access: LOAD, page: 0x101 },
];

describe('a comparison worked out by hand', () => {
  let comparison: Comparison;
  let results: RunResult[];
  beforeAll(async () => {
    results = await Promise.all(POLICIES.map((policy) => runSteps(STEPS, policy)));
    comparison = comparisonOf(
      'test',
      [{ name: 'policy', values: POLICIES }],
      POLICIES.map((policy) => [policy]),
      results.map((result) => [result]),
    );
  });

  const values = (key: string) => comparison.points.map(({ metrics }) => metrics[key]?.mean);
  const best = (key: string) =>
    comparison.metrics.find((metric) => metric.key === key)!.best.map((i) => POLICIES[i]);

  it('counts faults and copied bytes as worked out, and marks the lowest of each', () => {
    expect(values('faults.minor')).toEqual([3, 4, 3]);
    expect(best('faults.minor')).toEqual(['eager', 'vfork']);
    expect(values('faults.copied')).toEqual([0, 1, 0]);
    expect(values('memory.copied')).toEqual([3 * 4096, 4096, 0]);
    expect(best('memory.copied')).toEqual(['vfork']);
  });

  // skylake runs at 3.4 GHz; there was one fork, so that all its ranks are that fork.
  it('states latencies in time: cycles over the frequency, and what is stalled as their sum', () => {
    for (const [i, { forks, faults }] of results.entries()) {
      const ns = (cycles: number) => cycles / 3.4;
      const { metrics } = comparison.points[i]!;
      expect(forks.each).toHaveLength(1);
      for (const rank of ['p50', 'p99', 'max'])
        expect(metrics[`fork.${rank}`]!.mean).toBeCloseTo(ns(forks.each![0]!), 6);
      expect(metrics.stalled!.mean).toBeCloseTo(ns(faults.latency!.total + forks.each![0]!), 6);
    }
    expect(best('fork.max')).toEqual(['vfork']);
  });

  it('marks nobody where all are equal', () => {
    expect(values('faults.major')).toEqual([0, 0, 0]);
    expect(best('faults.major')).toEqual([]);
  });

  it('explains the difference of any two: lines, sums and totals agree to the cycle', () => {
    const { lines, sums, totals, unexplained } = comparison.ledger;
    expect(totals).toEqual(results.map(({ cycles }) => cycles.total));
    for (let a = 0; a < 3; a++)
      for (let b = 0; b < 3; b++) {
        const byLine = lines.reduce((sum, { cycles }) => sum + cycles[a]! - cycles[b]!, 0);
        expect(byLine).toBe(totals[a]! - totals[b]!);
        expect(byLine).toBe(sums[a]! - sums[b]!);
      }
    expect(unexplained).toBe(0);
    // eager's copies at fork and linux's at the write fault are among what differs.
    const differing = lines.filter(({ spread }) => spread > 0).map(({ cause }) => cause);
    expect(differing).toContain('kernel.fork.copy');
    expect(differing).toContain('kernel.fault.cowCopy.copy');
  });

  it('gives mean, sample standard deviation and extremes over seeds; a winner of the mean alone is not clear', () => {
    const at = (total: number): RunResult => ({ ...results[0]!, cycles: { ...results[0]!.cycles, total } });
    const seeded = comparisonOf(
      'test',
      [{ name: 'policy', values: ['a', 'b'] }],
      [['a'], ['b']],
      [
        [at(10), at(20), at(60)],
        [at(40), at(40), at(40)],
      ],
      [1, 2, 3],
    );
    const cycles = seeded.metrics.find(({ key }) => key === 'cycles')!;
    // mean 30; squares 400 + 100 + 900 over 2 = 700.
    expect(seeded.points[0]!.metrics.cycles).toEqual({ mean: 30, sd: Math.sqrt(700), min: 10, max: 60 });
    expect(seeded.points[1]!.metrics.cycles).toEqual({ mean: 40, sd: 0, min: 40, max: 40 });
    expect(cycles).toMatchObject({ best: [0], clear: false });
  });

  it('names each metric once', () => {
    expect(new Set(METRICS.map(({ key }) => key)).size).toBe(METRICS.length);
  });
});

describe('ledgers side by side', () => {
  const ledger = fc.dictionary(fc.constantFrom('issue', 'fork', 'walk', 'copy', 'zero'), fc.nat(1e9), {
    noNullPrototype: true,
  });
  const run = (lines: Record<string, number>, off = 0) =>
    ({
      cycles: { ledger: lines, total: Object.values(lines).reduce((a, b) => a + b, off) },
    }) as unknown as RunResult;

  it('the differences of the lines of any two points sum to the difference of their totals', () => {
    fc.assert(
      fc.property(fc.array(ledger, { minLength: 2, maxLength: 6 }), (ledgers) => {
        const { lines, totals, unexplained } = ledgerComparison(ledgers.map((one) => [run(one)]));
        expect(unexplained).toBe(0);
        for (const a of totals.keys())
          for (const b of totals.keys())
            expect(lines.reduce((sum, { cycles }) => sum + cycles[a]! - cycles[b]!, 0)).toBe(
              totals[a]! - totals[b]!,
            );
      }),
    );
  });

  it('lines stand by how far the points are apart in them', () => {
    fc.assert(
      fc.property(fc.array(ledger, { minLength: 2, maxLength: 6 }), (ledgers) => {
        const spreads = ledgerComparison(ledgers.map((one) => [run(one)])).lines.map(({ spread }) => spread);
        expect(spreads).toEqual([...spreads].sort((a, b) => b - a));
      }),
    );
  });

  it('a total that its lines do not make up shows as unexplained cycles', () => {
    const { unexplained } = ledgerComparison([[run({ issue: 10 })], [run({ issue: 30 }, 7)]]);
    expect(unexplained).toBe(7);
  });
});
