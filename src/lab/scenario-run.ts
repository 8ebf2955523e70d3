import type { KernelConfig } from '../kernel/state.ts';
import { type Answer, ScenarioRun } from '../sim/scenario/execute.ts';
import { ScenarioMachine } from '../sim/scenario/machine.ts';
import { parseScenario } from '../sim/scenario/parse.ts';

/** A scenario that a lab wrote, run on the kernel layer to its end. */
export interface RanScenario {
  /** One for each line that is an operation, in order. */
  readonly answers: readonly Answer[];
  readonly machine: ScenarioMachine;
}

/** Runs the lines of a scenario. */
export function runScenario(lines: readonly string[], kernel: Partial<KernelConfig> = {}): RanScenario {
  const machine = new ScenarioMachine(kernel);
  const run = new ScenarioRun(parseScenario('lab', lines.join('\n')), machine);
  return { answers: [...run.answers()], machine };
}

/** `compute`, once for each instance: keys and mistakes of a lab ask for the same run again and again. */
export function oncePer<I extends object, R>(compute: (instance: I) => R): (instance: I) => R {
  const known = new WeakMap<I, { result: R }>();
  return (instance) => {
    let entry = known.get(instance);
    if (!entry) {
      entry = { result: compute(instance) };
      known.set(instance, entry);
    }
    return entry.result;
  };
}
