import { describe, expect, it } from 'vitest';
import { distinctCount, everyPageOnce, zipfPages } from '../../../src/sim/calibrate/workload.ts';

describe('snapshot workloads', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(zipfPages(100, 50, 0.99, 3)).toEqual(zipfPages(100, 50, 0.99, 3));
    expect(zipfPages(100, 50, 0.99, 3)).not.toEqual(zipfPages(100, 50, 0.99, 4));
  });

  it('follow 1 / rank: with skew 1 the first page gets twice the writes of the second', () => {
    const counts = new Map<number, number>();
    for (const page of zipfPages(4, 120_000, 1, 7)) counts.set(page, (counts.get(page) ?? 0) + 1);
    const ranked = [...counts.values()].sort((a, b) => b - a);
    // weights 1, 1/2, 1/3, 1/4 of 25/12: 57,600, 28,800, 19,200 and 14,400 of 120,000; 4 standard deviations are under 700
    for (const [i, expected] of [57_600, 28_800, 19_200, 14_400].entries())
      expect(Math.abs(ranked[i]! - expected)).toBeLessThan(700);
  });

  it('with skew 0 write all pages alike', () => {
    const counts = new Uint32Array(10);
    for (const page of zipfPages(10, 100_000, 0, 5)) counts[page]!++;
    // 10,000 each, standard deviation 95
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('can go through every page once', () => {
    const order = everyPageOnce(1000, 9);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect([...order]).not.toEqual([...order].sort((a, b) => a - b));
  });

  it('fault once a distinct page', () => {
    expect(distinctCount(Uint32Array.of(3, 1, 3, 3, 2))).toBe(3);
  });
});
