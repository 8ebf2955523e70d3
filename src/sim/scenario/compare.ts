import { type Answer, ScenarioRun } from './execute.ts';
import type { Scenario } from './script.ts';

/** The first operation on which model and kernel disagree. */
export interface Difference {
  /** Index of the operation. */
  readonly index: number;
  readonly model: Answer | undefined;
  readonly kernel: Answer | undefined;
  /** Keys whose values differ. */
  readonly keys: readonly string[];
}

export interface Comparison {
  readonly operations: number;
  readonly difference: Difference | undefined;
}

/**
 * Runs a scenario on the model and compares answer by answer with a real kernel's, given as its JSON lines. Stops at
 * the first difference: what comes after may only follow from it.
 */
export function compareScenario(scenario: Scenario, kernelLines: readonly string[]): Comparison {
  const run = new ScenarioRun(scenario);
  for (const [index, operation] of scenario.operations.entries()) {
    const line = kernelLines[index];
    const text = JSON.stringify(run.step(operation));
    if (text === line) continue;
    const model = JSON.parse(text) as Answer;
    const kernel = line === undefined ? undefined : (JSON.parse(line) as Answer);
    const keys = differingKeys(model, kernel ?? {});
    if (keys.length > 0) return { operations: index + 1, difference: { index, model, kernel, keys } };
  }
  return { operations: scenario.operations.length, difference: undefined };
}

function differingKeys(model: Answer, kernel: Answer): string[] {
  const keys = new Set([...Object.keys(model), ...Object.keys(kernel)]);
  return [...keys].filter((key) => JSON.stringify(model[key]) !== JSON.stringify(kernel[key]));
}
