import { describe, expect, it } from 'vitest';
import { extraMemoryOverTime } from '../../../src/report/compare/memory.ts';
import type { Comparison } from '../../../src/sim/compare/comparison.ts';
import type { MemoryCounts } from '../../../src/sim/result.ts';

/** 48 columns of 1000 cycles at 1 GHz, unless a run ends before. */
function comparisonOf(runs: { total: number; GHz?: number; memory: Partial<MemoryCounts> }[]): Comparison {
  const names = runs.map((_, i) => `p${i}`);
  return {
    axes: [{ name: 'policy', values: names }],
    points: runs.map(({ total, GHz = 1, memory }, i) => ({
      at: [names[i]],
      results: [{ cycles: { total }, machine: { core: { frequencyGHz: GHz } }, memory }],
    })),
  } as unknown as Comparison;
}

const half = { interval: 24_000, frames: [100, 180] };

describe('extra memory over time', () => {
  it('draws frames beyond those at the first fork on one scale: a dot for none, full height for the most', () => {
    const text = extraMemoryOverTime(
      comparisonOf([
        { total: 48_000, memory: { framesAtFork: 100, overTime: half } },
        { total: 48_000, memory: { framesAtFork: 100, overTime: { interval: 24_000, frames: [100, 140] } } },
      ]),
    );
    expect(text.split('\n')).toEqual([
      'Extra memory over time, beyond that in use at the first fork (full height: 320 KiB)',
      `p0  ${'.'.repeat(24)}${'█'.repeat(24)}`,
      `p1  ${'.'.repeat(24)}${'▅'.repeat(24)}`,
    ]);
  });

  it('puts all points on one clock: who is done early leaves blanks, in time and not in cycles', () => {
    const memory = { framesAtFork: 100, overTime: half };
    const [, slow, fast] = extraMemoryOverTime(
      comparisonOf([
        { total: 48_000, memory },
        { total: 48_000, GHz: 2, memory },
      ]),
    ).split('\n');
    expect(slow).toBe(`p0  ${'.'.repeat(24)}${'█'.repeat(24)}`);
    expect(fast).toBe(`p1  ${'.'.repeat(12)}${'█'.repeat(12)}`);
  });

  it('says nothing where a point never forked, or none differs', () => {
    const memory = { framesAtFork: 100, overTime: half };
    const same = { total: 48_000, memory };
    expect(extraMemoryOverTime(comparisonOf([same, same]))).toBe('');
    expect(extraMemoryOverTime(comparisonOf([same, { total: 48_000, memory: { overTime: half } }]))).toBe('');
  });
});
