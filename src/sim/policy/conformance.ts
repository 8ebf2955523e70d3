import { LINUX_6_18_COSTS } from '../../kernel/cost/linux-6.18.ts';
import type { PolicyHooks } from '../../kernel/policy/hooks.ts';
import type { Policy } from '../../kernel/policy/policy.ts';
import { type Answer, ScenarioRun } from '../scenario/execute.ts';
import { ScenarioMachine } from '../scenario/machine.ts';
import type { Scenario } from '../scenario/script.ts';

/** The first operation whose meaning a policy changed. */
export interface ChangedMeaning {
  readonly line: number;
  readonly text: string;
  /** What differs: a byte read (`val`), bytes read (`sum`), a signal, an error. */
  readonly key: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/** What a program sees of an operation; how often it faulted and which frame it reached are the kernel's affair. */
const VISIBLE = ['val', 'sum', 'sig', 'code', 'errno'] as const;
/** Cycles that pass between two kernel entries, for agents that work beside the processes. */
const STEP = 1000;

/**
 * Runs a scenario under a policy and under Linux 6.18 and compares what programs see of each operation: policies change
 * what things cost, never what they mean. Undefined when they agree. `afterEach` is told of the policy's machine.
 */
export function changedMeaning(
  scenario: Scenario,
  policy: Policy,
  hooks?: PolicyHooks,
  afterEach?: (machine: ScenarioMachine, line: number) => void,
): ChangedMeaning | undefined {
  let now = 0;
  const machine = new ScenarioMachine({
    policy,
    ...(hooks && { hooks }),
    costs: LINUX_6_18_COSTS,
    clock: () => {
      now += STEP;
      return now;
    },
  });
  const expected = new ScenarioRun(scenario);
  const run = new ScenarioRun(scenario, machine);
  for (const operation of scenario.operations) {
    const want = expected.step(operation);
    const got = run.step(operation);
    const key = VISIBLE.find((one) => want[one] !== got[one]);
    if (key)
      return {
        line: operation.line,
        text: operation.text,
        key,
        expected: shown(want, key),
        got: shown(got, key),
      };
    afterEach?.(machine, operation.line);
  }
  return undefined;
}

function shown(answer: Answer, key: string): unknown {
  return answer[key] ?? answer.sig ?? answer.errno ?? 'nothing';
}
