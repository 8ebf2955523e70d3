import { loadCostPreset } from '../../src/sim/calibrate/load-preset.ts';
import { collect } from '../../src/sim/collect.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';
import { loadPolicy } from '../../src/sim/policy/read.ts';
import type { RunResult } from '../../src/sim/result.ts';
import { Simulation } from '../../src/sim/run.ts';
import { generatorNamed, parameterValues } from '../../src/trace/generate/index.ts';
import { MadeTrace } from '../../src/trace/node/made.ts';
import type { TraceSource } from '../../src/trace/source.ts';

/** What one run is of, in the words of the command line. */
export interface Experiment {
  /** `pagewalk trace gen` words: a kind and its values. */
  readonly trace: string;
  /** Accesses, the warm-up included. */
  readonly count: number;
  readonly warmup?: number;
  readonly policy?: string;
  readonly costs?: string;
  /** `--set` */
  readonly set?: readonly string[];
}

/** `pagewalk trace gen TRACE --count N | pagewalk run - --policy P --costs C`. */
export function runMade({ trace, count, ...how }: Experiment): Promise<RunResult> {
  const [name, ...words] = trace.split(' ');
  const values = parameterValues(generatorNamed(name!), words);
  return runSource(new MadeTrace({ kind: name!, values, seed: 1, count }), how);
}

/** A trace on the default machine. */
export async function runSource(
  source: TraceSource,
  { warmup = 0, policy = 'linux-6.18', costs = 'linux-6.18', set = [] }: Omit<Experiment, 'trace' | 'count'>,
): Promise<RunResult> {
  const { machine } = await loadMachine('skylake', set);
  const loaded = await loadPolicy(policy);
  const simulation = new Simulation(machine, source, {
    kernel: 'linux',
    policy: { policy: loaded.policy },
    costs: loadCostPreset(costs),
    warmup,
  });
  await simulation.run(source);
  return collect(simulation, source, 'papers');
}

/** Milliseconds of the first fork. */
export function forkMs(result: RunResult): number {
  return result.forks.each![0]! / result.machine.core.frequencyGHz / 1e6;
}
