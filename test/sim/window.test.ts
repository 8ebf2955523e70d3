import { describe, expect, it } from 'vitest';
import { Latency } from '../../src/core/latency.ts';
import { Ledger } from '../../src/core/ledger.ts';
import { IssueWindow } from '../../src/sim/window.ts';

/** Issues one record per element: its latency parts as [cause, cycles], in order. */
function run(width: number, window: number, records: [string, number][][]) {
  const ledger = new Ledger();
  const clock = new IssueWindow(ledger, width, window);
  const latency = new Latency();
  for (const parts of records) {
    if (parts.length > 0) {
      const arrival = clock.arrive();
      latency.clear();
      for (const [cause, cycles] of parts) latency.add(ledger.cause(cause), cycles);
      clock.pend(arrival, latency, 0, 0);
    }
    clock.issued++;
  }
  const total = clock.finish();
  return { total, lines: ledger.lines(), hidden: (cause: string) => clock.hidden[ledger.cause(cause)] };
}

const NONE: [string, number][] = [];

describe('a blocking core (window 1)', () => {
  it('adds every latency in full: 3 records and 10 + 7 cycles are 20', () => {
    const { total, lines } = run(1, 1, [[['walk', 10]], NONE, [['walk', 7]]]);
    expect(total).toBe(20);
    expect(lines).toEqual({ issue: 3, walk: 17 });
  });

  it('of width 2 issues two records a cycle and still adds every latency in full: 2 + 10', () => {
    expect(run(2, 1, [[['walk', 10]], NONE, NONE, NONE]).total).toBe(12);
  });
});

describe('a window of 2 (docs/timing.md, section 2)', () => {
  it('hides one cycle of ten and exposes nine: 3 + 9 = 12', () => {
    const { total, lines, hidden } = run(1, 2, [[['walk', 10]], NONE, NONE]);
    expect(total).toBe(12);
    expect(lines).toEqual({ issue: 3, walk: 9 });
    expect(hidden('walk')).toBe(1);
  });

  it('exposes the end of a latency: of stlb 4 + dram 6 the hidden cycle is one of stlb', () => {
    const { lines, hidden } = run(1, 2, [
      [
        ['stlb', 4],
        ['dram', 6],
      ],
      NONE,
      NONE,
    ]);
    expect(lines).toEqual({ issue: 3, stlb: 3, dram: 6 });
    expect([hidden('stlb'), hidden('dram')]).toEqual([1, 0]);
  });
});

describe('two pending records in a window of 4', () => {
  it('overlap: the second, issued one cycle later, ends one cycle later and exposes one more', () => {
    // record 0: arrival 1, done 21; record 1: arrival 2, done 22. Record 4 would issue at 4, waits until 21 (17).
    // Record 5 would issue at 5 + 17 = 22 = when record 1 is done: nothing more. Total 6 + 17.
    const { total, lines } = run(1, 4, [[['walk', 20]], [['walk', 20]], NONE, NONE, NONE, NONE]);
    expect(total).toBe(23);
    expect(lines).toEqual({ issue: 6, walk: 17 });
  });
});

describe('the end of a run', () => {
  it('waits for what is pending: one record of 10 cycles in a wide window ends at 11', () => {
    expect(run(1, 100, [[['walk', 10]]]).total).toBe(11);
  });

  it('hides a latency that is over before anybody waits', () => {
    const { total, hidden } = run(1, 8, [[['walk', 3]], NONE, NONE, NONE, NONE, NONE]);
    expect(total).toBe(6);
    expect(hidden('walk')).toBe(3);
  });
});
