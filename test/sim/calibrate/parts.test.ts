import { describe, expect, it } from 'vitest';
import { PART_RULES } from '../../../src/sim/calibrate/part-rules.ts';
import { partEstimates } from '../../../src/sim/calibrate/parts.ts';
import { madeUpHost } from './made-up-host.ts';

describe('prices of the parts of kernel work', () => {
  const prices = new Map(partEstimates(madeUpHost()).map((one) => [one.part, one]));
  const ns = (part: string) => prices.get(part as never)!.ns;

  it('are differences of measurements, computed here by hand', () => {
    expect(ns('syscall')).toBe(50);
    expect(ns('vmaLookup')).toBe(150 - 50);
    expect(ns('pteWrite')).toBe(15);
    expect(ns('tableWalk')).toBe(80 - 15);
    expect(ns('exception')).toBe(300 - 100 - 65 - 15);
    // (1950 - 750) / 24 is 50 a page, 15 of it the PTE
    expect(ns('flushPage')).toBeCloseTo(35, 9);
    expect(ns('vmaEdit')).toBeCloseTo(400 - 50 - 15 - 35, 9);
    expect(ns('flushFull')).toBeCloseTo(1200 - 50 - 300 - 34 * 15, 9);
    expect(ns('allocate')).toBe(600 - 300 - 100 - 15);
    expect(ns('reuseCheck')).toBe(20);
    expect(ns('cowSetup')).toBeCloseTo(700 - 600 - 20 - 35, 9);
    expect(ns('copy')).toBe(850 - 700 + 100 - 15);
    expect(ns('free')).toBe(55 - 20);
    expect(ns('pageCache')).toBe(400 - 300 - 15);
    expect(ns('faultAround')).toBe((960 - 300 + 15 - 85) / 16);
    expect(ns('fileSystem')).toBe(40);
    expect(ns('pageCacheInsert')).toBe(800 - 600 - 85);
    expect(ns('mkwrite')).toBe(250);
    expect(ns('io')).toBe(20_000 - 500 - 85 - 115);
    expect(ns('tableAllocate')).toBe(300);
    expect(ns('forkPte')).toBe(25 - 300 / 512);
    expect(ns('zapHuge')).toBe(150);
    expect(ns('unmapBase')).toBeCloseTo(1200 - 50 - 300 - 20 - 35 - 35, 9);
    expect(ns('hugePte')).toBe(330 - 300 + 15 - 20);
    expect(ns('hugeZero')).toBe(51_200);
    expect(ns('hugeAllocate')).toBe(70_000 - 300 + 15 - 25 - 300 - 51_200);
    expect(ns('hugeSplit')).toBeCloseTo(5000 - 850 - 20 - 35, 9);
  });

  it('give a fault that no rule for them used back within its noise: private write to an unmapped file page', () => {
    const composed =
      ns('exception') +
      ns('vmaLookup') +
      ns('tableWalk') +
      ns('pteWrite') +
      ns('pageCache') +
      ns('allocate') +
      ns('copy') +
      2 * ns('refcount');
    // 120 + 100 + 65 + 15 + 85 + 185 + 235 + 30
    expect(composed).toBe(835);
  });

  it('say whether they were measured as they are or computed, and how', () => {
    expect(prices.get('zapPte')).toMatchObject({ confidence: 'measured', how: 'exit per shared page' });
    expect(prices.get('copy')!.confidence).toBe('computed');
    // 512 times an estimate is no measurement
    expect(prices.get('hugeZero')!.confidence).toBe('computed');
  });

  it('carry the errors of all they were made from, as independent ones', () => {
    // reuseCheck = 320 ± 1 % less 300 ± 1 %
    expect(prices.get('reuseCheck')!.error).toBeCloseTo(Math.hypot(3.2, 3), 9);
    // a phase counts with the worse of its spread (1 %) and its fit (2 %)
    expect(prices.get('zapPte')!.error).toBeCloseTo(0.4, 9);
  });

  it('are never negative: below zero is noise', () => {
    const host = madeUpHost();
    const noisy = { ...host, figures: { ...host.figures, cowReuse: { ns: 290, spread: 0.01, count: 10 } } };
    expect(partEstimates(noisy).find(({ part }) => part === 'reuseCheck')!.ns).toBe(0);
  });

  it('are left out, with all that rest on them, where a measurement is missing', () => {
    const host = madeUpHost();
    const { protectSame: _, ...figures } = host.figures;
    const known = partEstimates({ ...host, figures }).map(({ part }) => part);
    expect(known).not.toContain('vmaLookup');
    expect(known).not.toContain('exception');
    expect(known).toContain('allocate');
  });

  it('use only parts priced before them', () => {
    const seen = new Set<string>();
    for (const { part, terms } of PART_RULES) {
      for (const [, source] of terms) if (source.kind === 'part') expect(seen.has(source.name)).toBe(true);
      seen.add(part);
    }
  });
});
