import { collect } from '../../src/sim/collect.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';
import type { RunResult } from '../../src/sim/result.ts';
import { Simulation } from '../../src/sim/run.ts';
import { openTrace } from '../../src/trace/node/open.ts';

/** A run with a fork and page faults. */
export async function resultOfRun(): Promise<RunResult> {
  const { machine } = await loadMachine('skylake');
  const source = await openTrace('traces/perl-fork.pwt');
  const simulation = new Simulation(machine, source, { kernel: 'linux', limit: 20_000 });
  await simulation.run(source);
  return collect(simulation, source, 'test');
}
