import type { CostPreset } from '../../kernel/cost/preset.ts';
import type { PolicyHooks } from '../../kernel/policy/hooks.ts';
import type { Policy } from '../../kernel/policy/policy.ts';
import type { TraceSource } from '../../trace/source.ts';
import { collect } from '../collect.ts';
import type { Machine } from '../machine/machine.ts';
import type { RunResult } from '../result.ts';
import { Simulation } from '../run.ts';

/** One run of a comparison, as plain data: it can be sent to a thread. */
export interface Point {
  readonly machine: Machine;
  readonly kernel?: 'demand' | 'linux';
  readonly policy?: Policy;
  /** File of a policy module, whose hooks go with `policy`; each run loads it anew, so that runs share no state. */
  readonly module?: string;
  readonly costs?: CostPreset;
  readonly warmup: number;
  readonly limit?: number;
}

/**
 * The result that `pagewalk run` would give.
 * @param version of the package
 * @throws InputError where the trace is broken, or does not fit the machine
 */
export async function runPoint(point: Point, source: TraceSource, version: string): Promise<RunResult> {
  const { machine, kernel, policy, module, costs, warmup, limit } = point;
  const hooks = module === undefined ? undefined : await hooksOf(module);
  const simulation = new Simulation(machine, source, {
    ...(kernel !== undefined && { kernel }),
    ...(policy && { policy: { policy, ...(hooks && { hooks }) } }),
    ...(costs && { costs }),
    ...((policy ?? costs) && { kernel: 'linux' }),
    warmup,
    ...(limit !== undefined && { limit }),
  });
  await simulation.run(source);
  return collect(simulation, source, version);
}

async function hooksOf(module: string): Promise<PolicyHooks> {
  const { loadModule } = await import('../policy/module.ts');
  return (await loadModule(module)).hooks;
}
