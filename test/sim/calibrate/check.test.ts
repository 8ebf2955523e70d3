import { describe, expect, it } from 'vitest';
import { type CheckRow, checkAll, judge } from '../../../src/sim/calibrate/check.ts';
import { checkPlans } from '../../../src/sim/calibrate/check-plans.ts';
import { cycle } from '../../../src/sim/calibrate/commands.ts';
import { FIGURE_NAMES, FIGURES } from '../../../src/sim/calibrate/figures.ts';
import { Observations } from '../../../src/sim/calibrate/observations.ts';
import { PHASE_NAMES, PHASES } from '../../../src/sim/calibrate/phases.ts';
import { madeUpHost } from './made-up-host.ts';

describe('what is checked', () => {
  it('is never what was calibrated from', () => {
    const calibrated = new Set([
      ...PHASE_NAMES.flatMap((name) => PHASES[name].sizes.map((n) => PHASES[name].command(n).text)),
      ...FIGURE_NAMES.map((name) => FIGURES[name].command.text),
    ]);
    expect(checkPlans().filter(({ command }) => calibrated.has(command.text))).toEqual([]);
  });

  it('has no size in pages in common with the fork and copy phases', () => {
    const sizes = new Set<number>([
      ...PHASES.fork.sizes,
      ...PHASES.cowCopy.sizes,
      ...PHASES.forkScattered.sizes,
    ]);
    const checked = checkPlans().map(({ command }) => Number(/pages=(\d+)/.exec(command.text)![1]));
    expect(checked.filter((pages) => sizes.has(pages))).toEqual([]);
  });

  it('covers forks from 1 MiB to 2 GiB, both rewrites, huge pages, exits and snapshots', () => {
    const names = checkPlans().map(({ what }) => what);
    expect(names.filter((name) => /^fork, \d+ [MG]iB$/.test(name))).toHaveLength(7);
    for (const part of ['1 MiB', '2 GiB', 'by the child', 'by the parent', '2 MiB pages', 'exit', 'snapshot'])
      expect(names.some((name) => name.includes(part))).toBe(true);
  });
});

describe('predicted against measured', () => {
  const plan = {
    what: 'fork',
    command: cycle(1000),
    series: ['fork', 'write'],
    judged: true,
    predict: () => 110,
  };

  it('compares with the sum of the lower quartiles', () => {
    const observations = new Observations();
    // lower quartiles: 40 (of 40, 40, 40, 80, 99) and 60, so 100 was measured and 110 is 10 % over
    observations.add(plan.command, { fork: [80, 40, 40, 99, 40], write: [60] });
    const { rows } = checkAll([plan], madeUpHost(), observations);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ what: 'fork', predictedNs: 110, measuredNs: 100 });
    expect(rows[0]!.error).toBeCloseTo(0.1, 12);
  });

  it('leaves out what was not measured or cannot be predicted', () => {
    const observations = new Observations();
    observations.add(plan.command, { fork: [40], write: [60] });
    expect(checkAll([{ ...plan, command: cycle(2000) }], madeUpHost(), observations).rows).toEqual([]);
    expect(checkAll([{ ...plan, predict: () => undefined }], madeUpHost(), observations).rows).toEqual([]);
  });

  it('passes with a median of at most 15 % and a worst of at most 35 %', () => {
    expect(judge(errors(0.15, -0.15, 0.35)).passed).toBe(true);
    expect(judge(errors(0.01, 0.01, -0.36)).passed).toBe(false);
    expect(judge(errors(0.16, 0.16, 0.01)).passed).toBe(false);
    expect(judge(errors(-0.2, 0.1, 0.05))).toMatchObject({ medianError: 0.1, worstError: 0.2 });
  });

  it('shows what is not judged, and leaves it out of the verdict', () => {
    const rows = [...errors(0.1), { ...errors(0.9)[0]!, judged: false }];
    expect(judge(rows)).toMatchObject({ rows, worstError: 0.1, passed: true });
  });

  it('does not pass when nothing was checked', () => {
    expect(judge([]).passed).toBe(false);
    expect(judge([{ ...errors(0)[0]!, judged: false }]).passed).toBe(false);
  });
});

function errors(...values: number[]): CheckRow[] {
  return values.map((error) => ({
    what: '',
    predictedNs: 1 + error,
    measuredNs: 1,
    spread: 0,
    error,
    judged: true,
  }));
}
