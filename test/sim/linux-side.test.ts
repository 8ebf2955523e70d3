import { describe, expect, it } from 'vitest';
import { LOAD, STORE } from '../../src/core/access.ts';
import { collect } from '../../src/sim/collect.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';
import type { RunResult } from '../../src/sim/result.ts';
import { Simulation } from '../../src/sim/run.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import { type Step, stepsOf } from './trace-of.ts';

async function runSteps(steps: Step[], mapped = false): Promise<RunResult> {
  const source = stepsOf(steps, mapped);
  const { machine } = await loadMachine('skylake');
  const simulation = new Simulation(machine, source, { kernel: 'linux' });
  await simulation.run(source);
  return collect(simulation, source, 'test');
}

const start: TraceEvent = { kind: 'start', pid: 1 };
const run = (pid: number): TraceEvent => ({ kind: 'switch', pid });
const map = (shared: boolean, pages = 4): TraceEvent => ({
  kind: 'mmap',
  pid: 1,
  vpn: 0x100,
  pages,
  prot: 'rw',
  shared,
  backing: { kind: 'anon' },
});
const store = (page: number): Step => ({ access: STORE, page: 0x100 + page });
const load = (page: number): Step => ({ access: LOAD, page: 0x100 + page });
const fork: TraceEvent = { kind: 'fork', pid: 1, child: 2 };

describe('a trace with a fork over the Linux layer', () => {
  it('refuses an advice that Linux does not have with EINVAL, as Linux does, and goes on', async () => {
    const advice: TraceEvent = { kind: 'madvise', pid: 1, vpn: 0x100, pages: 1, advice: 'do-magic' };
    const { faults } = await runSteps([start, map(false), run(1), advice, store(0)]);
    expect(faults.minor).toBe(1);
  });

  it('copies private pages that a child writes, and lets the parent reuse its own when it writes second', async () => {
    const { faults, forks } = await runSteps([
      start,
      map(false),
      run(1),
      store(0),
      store(1),
      fork,
      run(2),
      store(0),
      run(1),
      store(0),
      store(1),
    ]);
    // Two demand-zero faults; the child copies page 0; the parent reuses page 0 (sole mapper) and copies page 1.
    expect(faults.byKind).toEqual({ demandZero: 2, cowCopy: 2, cowReuse: 1 });
    expect(forks).toMatchObject({ count: 1, ptesCopied: 2 });
  });

  it('copies no page table of shared memory: the child faults its pages in', async () => {
    const { faults, forks } = await runSteps([start, map(true), run(1), store(0), fork, run(2), store(0)]);
    expect(forks.ptesCopied).toBe(0);
    expect(faults.minor).toBe(2);
    expect(faults.byKind.cowCopy).toBeUndefined();
  });

  it('gives each process its own faults, as getrusage does', async () => {
    const { processes } = await runSteps([
      start,
      map(false),
      run(1),
      store(0),
      fork,
      run(2),
      store(0),
      load(1),
    ]);
    expect(processes.map(({ pid, minflt }) => [pid, minflt])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });
});

describe('the memory of processes at the end of a run', () => {
  it('is Rss whole and Pss shared: 4 pages of the parent, 2 of them copied by the child, 2 still shared', async () => {
    const { processes } = await runSteps([
      start,
      map(false),
      run(1),
      ...[0, 1, 2, 3].map(store),
      fork,
      run(2),
      store(0),
      store(1),
    ]);
    // Each has 4 pages resident: 2 of its own (8 kB) and 2 at half (4 kB).
    expect(processes.map(({ rss, pss }) => [rss, pss])).toEqual([
      [16, 12],
      [16, 12],
    ]);
  });
});

describe('a trace without mappings over the Linux layer', () => {
  it('has all of user space as one private anonymous mapping: reads map the zero page', async () => {
    const { faults } = await runSteps([load(0), store(0), store(1)]);
    // The zero page, then a new frame in its place (a COW of nothing), then a new frame.
    expect(faults.minor).toBe(3);
    expect(faults.byKind).toMatchObject({ zeroPage: 1, demandZero: 2 });
  });
});

describe('an access where no mapping was recorded', () => {
  it('is SIGSEGV in a trace that states all its mappings', async () => {
    const { faults } = await runSteps([start, map(false), run(1), { access: LOAD, page: 0x9000 }], true);
    expect(faults).toMatchObject({ minor: 0, signals: 1 });
  });

  it('happened all the same in one that states some: the page is mapped', async () => {
    const { faults } = await runSteps([start, map(false), run(1), { access: LOAD, page: 0x9000 }]);
    expect(faults.signals).toBe(0);
    expect(faults.minor).toBe(1);
  });
});
