import { describe, expect, it } from 'vitest';
import { CostMeter } from '../../src/kernel/cost/meter.ts';
import { FREE_OF_CHARGE } from '../../src/kernel/cost/parts.ts';

/** A ledger that writes down what it is told. */
function book() {
  const names: string[] = [];
  const lines: [kind: string, cause: string, cycles: number][] = [];
  const note = (kind: string) => (cause: number, cycles: number) =>
    void lines.push([kind, names[cause]!, cycles]);
  return {
    lines,
    names,
    cause: (name: string) => names.push(name) - 1,
    charge: note('charge'),
    hide: note('hide'),
  };
}

const COSTS = { ...FREE_OF_CHARGE, exception: 100, copy: 30 };

describe('the meter', () => {
  it('charges an operation one line a part, units times price, and gives the sum', () => {
    const ledger = book();
    const meter = new CostMeter(COSTS, ledger);
    meter.begin();
    meter.add('exception');
    meter.add('copy', 2);
    meter.add('copy');
    meter.add('free', 9);
    expect(meter.end('fault.cowCopy')).toBe(190);
    expect(ledger.lines).toEqual([
      ['charge', 'kernel.fault.cowCopy.exception', 100],
      ['charge', 'kernel.fault.cowCopy.copy', 90],
    ]);
    // Settled: the next operation begins at nothing, and its lines keep their causes.
    meter.begin();
    meter.add('copy');
    expect(meter.end('fault.cowCopy')).toBe(30);
    expect(ledger.names).toEqual(['kernel.fault.cowCopy.exception', 'kernel.fault.cowCopy.copy']);
    meter.begin();
    expect(meter.end('fault.cowCopy')).toBe(0);
    expect(ledger.lines).toHaveLength(3);
  });

  it('charges nested operations to the outermost one', () => {
    const ledger = book();
    const meter = new CostMeter(COSTS, ledger);
    meter.begin();
    meter.begin();
    meter.add('exception');
    expect(meter.end('fault')).toBe(0);
    meter.add('copy');
    expect(meter.end('mmap')).toBe(130);
    expect(ledger.lines.map(([, cause]) => cause)).toEqual(['kernel.mmap.exception', 'kernel.mmap.copy']);
  });

  it('hides what another core does meanwhile, and leaves the operation under way as it was', () => {
    const ledger = book();
    const meter = new CostMeter(COSTS, ledger);
    meter.begin();
    meter.add('exception');
    const aside = meter.aside('copier', () => {
      meter.begin();
      meter.add('copy', 4);
      meter.end('inner');
    });
    expect(aside).toBe(120);
    expect(meter.end('fork')).toBe(100);
    expect(ledger.lines).toEqual([
      ['hide', 'kernel.copier.copy', 120],
      ['charge', 'kernel.fork.exception', 100],
    ]);
  });

  it('is as it was after work aside that failed', () => {
    const meter = new CostMeter(COSTS, undefined);
    meter.begin();
    meter.add('exception');
    expect(() =>
      meter.aside('copier', () => {
        meter.add('copy');
        throw new Error('no memory');
      }),
    ).toThrow('no memory');
    expect(meter.end('fork')).toBe(100);
  });

  it('counts the same without a ledger', () => {
    const meter = new CostMeter(COSTS, undefined);
    meter.begin();
    meter.add('copy', 3);
    expect(meter.end('fork')).toBe(90);
  });

  it('tells whoever watches of each piece of kernel work, not of what policies add', () => {
    const meter = new CostMeter(COSTS, undefined);
    const seen: [string, number][] = [];
    meter.onWork = (part, count) => void seen.push([part, count]);
    meter.add('copy', 2);
    meter.add('exception');
    meter.add('ipi', 3);
    expect(seen).toEqual([
      ['copy', 2],
      ['exception', 1],
    ]);
  });

  it('prices what policies add in cycles or as a multiple of what every kernel does; nothing where all is free', () => {
    const end = (costs: typeof COSTS) => {
      const meter = new CostMeter(costs, undefined);
      meter.begin();
      meter.add('ipi', 2);
      meter.add('scanPage');
      return meter.end('work');
    };
    // 489 cycles an interrupt; a page scanned costs as much as one copied.
    expect([end(COSTS), end({ ...COSTS, exception: 0, copy: 0 })]).toEqual([2 * 489 + 30, 0]);
  });
});
