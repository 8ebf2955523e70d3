import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ledgerDifferences } from '../../../src/report/compare/ledger.ts';
import type { Comparison } from '../../../src/sim/compare/comparison.ts';
import { ledgerComparison } from '../../../src/sim/compare/ledger-comparison.ts';
import type { RunResult } from '../../../src/sim/result.ts';

function comparisonOf(ledgers: readonly Record<string, number>[], axes = ['policy']): Comparison {
  const runs = ledgers.map((ledger) => {
    const total = Object.values(ledger).reduce((sum, cycles) => sum + cycles, 0);
    return [{ cycles: { ledger, total } } as unknown as RunResult];
  });
  const values = ledgers.map((_, i) => `p${i}`);
  return {
    axes: axes.map((name) => ({ name, values })),
    points: values.map((value) => ({ at: axes.map(() => value) })),
    ledger: ledgerComparison(runs),
  } as unknown as Comparison;
}

/** The numbers behind the name of a row. */
function row(text: string, name: string | RegExp): number[] {
  const line = text
    .split('\n')
    .find((one) => (typeof name === 'string' ? one.startsWith(name) : name.test(one)))!;
  return [...line.matchAll(/ ([+-]?[\d,]+)(?= |$)/g)].map(([, digits]) =>
    Number(digits!.replaceAll(',', '')),
  );
}

describe('the ledger of a comparison in print', () => {
  it('shows the first point, and the others against it, worked out by hand', () => {
    const text = ledgerDifferences(
      comparisonOf([
        { 'kernel.fork.copy': 9000, issue: 100, walk: 7 },
        { 'kernel.fault.cowCopy.copy': 2000, issue: 100, walk: 9 },
      ]),
      2,
      80,
    );
    expect(text.split('\n')).toEqual([
      'Where the cycles differ: p0, and the others against it',
      'ledger line                   p0      p1',
      'kernel.fork.copy           9,000  -9,000',
      'kernel.fault.cowCopy.copy      0  +2,000',
      '2 other lines                107      +2',
      'sum of all lines           9,107  -6,998',
      'total cycles               9,107  -6,998',
      'explained                          100 %',
      'The lines account for every cycle of the difference of any two points.',
    ]);
  });

  it('prints lines that add up to what it prints as their sum, however many it shows', () => {
    const ledger = fc.dictionary(fc.constantFrom('aa', 'bb', 'cc', 'dd', 'ee'), fc.nat(1e7), {
      minKeys: 1,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(fc.array(ledger, { minLength: 2, maxLength: 5 }), fc.nat(6), (ledgers, most) => {
        const text = ledgerDifferences(comparisonOf(ledgers), most, 200);
        if (text === 'No line of the ledger differs.') return;
        const lines = text.split('\n').filter((line) => /^[a-e]{2} /.test(line));
        const parts = [...lines.map((line) => row(text, line)), row(text, / other lines /)];
        const columns = ledgers.map((_, point) => parts.reduce((sum, cells) => sum + cells[point]!, 0));
        expect(columns).toEqual(row(text, 'sum of all lines'));
        expect(columns).toEqual(row(text, 'total cycles'));
      }),
    );
  });

  it('sets the first of many points against the fastest and the slowest', () => {
    const text = ledgerDifferences(
      comparisonOf([50, 40, 70, 20, 60, 30, 90, 80, 55].map((issue) => ({ issue }))),
      5,
      80,
    );
    expect(text).toMatch(/^ledger line +p0 +p3 +p6$/m);
    expect(row(text, 'total cycles')).toEqual([50, -30, 40]);
  });

  it('tells of lines that differ among the points it shows, not of others', () => {
    const ledgers = Array.from({ length: 9 }, (_, i) => ({
      issue: 100 - i,
      walk: i === 4 ? 3 : 0,
      copy: i === 4 ? 0 : 3,
    }));
    const text = ledgerDifferences(comparisonOf(ledgers), 5, 80);
    expect(text).toMatch(/^issue +100 +-8 +-1$/m);
    expect(text).not.toMatch(/^(walk|copy) /m);
  });

  it('names a point of two axes in two lines of the head', () => {
    const text = ledgerDifferences(
      comparisonOf([{ issue: 1 }, { issue: 2 }], ['machine', 'tlb.stlb.ways']),
      5,
      80,
    );
    expect(text).toMatch(/^ +p0 +p1\nledger line +ways=p0 +ways=p1$/m);
  });
});
