import { describe, expect, it } from 'vitest';
import {
  coldShare,
  fitCache,
  fitPhase,
  type PhaseShape,
  perPageNs,
  phaseNs,
} from '../../../src/sim/calibrate/phase.ts';

const MIB = 1 << 20;
const caches = { l2: MIB, llc: 8 * MIB };
const copy = { fixed: 1000, hot: 700, cold: 400, bytesPerPage: 8192, level: 'llc' } as const;

describe('the cost of a phase', () => {
  it('is hot while the working set fits the cache', () => {
    expect(coldShare(8 * MIB, 8 * MIB)).toBe(0);
    // 1024 pages bring 8 MiB
    expect(phaseNs(copy, 1024, caches)).toBe(1000 + 1024 * 700);
  });

  it('is cold in the share that exceeds the cache', () => {
    expect(coldShare(32 * MIB, 8 * MIB)).toBe(0.75);
    // 4096 pages bring 32 MiB, three quarters of them cold: 700 + 0.75 * 400
    expect(perPageNs(copy, 4096, caches)).toBe(1000);
    expect(phaseNs(copy, 4096, caches)).toBe(1000 + 4096 * 1000);
  });

  it('is judged by the cache level of the phase', () => {
    expect(perPageNs({ ...copy, level: 'l2' }, 256, caches)).toBe(700 + 0.5 * 400);
  });
});

describe('fitting', () => {
  const shape: PhaseShape = { bytesPerPage: 8192, level: 'llc', hasFixed: true };
  const points = [64, 512, 4096, 32768].map((pages) => ({ pages, ns: phaseNs(copy, pages, caches) }));

  it('finds the costs that exact measurements were made from', () => {
    const found = fitPhase(points, shape, caches);
    expect(found.fixed).toBeCloseTo(1000, 3);
    expect(found.hot).toBeCloseTo(700, 6);
    expect(found.cold).toBeCloseTo(400, 6);
  });

  it('finds the capacity of the cache from the bend', () => {
    expect(fitCache([{ points, shape }])).toBe(8 * MIB);
  });

  it('takes a point by the share of its pages that can miss', () => {
    const partly = points.map(({ pages }, i) => {
      const exposed = [1, 0.5, 0.25, 0.8][i]!;
      return { pages, exposed, ns: phaseNs(copy, pages, caches, exposed) };
    });
    expect(phaseNs(copy, 4096, caches, 0.5)).toBe(1000 + 4096 * (700 + 0.5 * 0.75 * 400));
    expect(fitPhase(partly, shape, caches).cold).toBeCloseTo(400, 6);
  });

  it('has no fixed part where the phase has none', () => {
    const linear = [100, 1000].map((pages) => ({ pages, ns: 50 * pages }));
    const found = fitPhase(linear, { bytesPerPage: 8, level: 'l2', hasFixed: false }, caches);
    expect(found.fixed).toBe(0);
    expect(found.hot).toBeCloseTo(50, 9);
    expect(found.cold).toBe(0);
  });
});
