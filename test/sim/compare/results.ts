import { runPoint } from '../../../src/sim/compare/point.ts';
import { loadMachine } from '../../../src/sim/machine/load.ts';
import { loadPolicy } from '../../../src/sim/policy/read.ts';
import type { RunResult } from '../../../src/sim/result.ts';
import { type Step, stepsOf } from '../trace-of.ts';

/** A few steps under a policy on the default machine. */
export async function runSteps(steps: readonly Step[], policy: string): Promise<RunResult> {
  const { machine } = await loadMachine('skylake');
  const loaded = await loadPolicy(policy);
  return runPoint({ machine, policy: loaded.policy, warmup: 0 }, stepsOf(steps, true), 'test');
}
