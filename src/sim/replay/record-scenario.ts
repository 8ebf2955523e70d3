import type { PartCosts } from '../../kernel/cost/parts.ts';
import type { Machine } from '../machine/machine.ts';
import { ScenarioRun } from '../scenario/execute.ts';
import { parseScenario } from '../scenario/parse.ts';
import { LAB_COSTS } from './lab-costs.ts';
import { machineForReplay, RecordingMachine } from './machine.ts';
import { scenarioNames } from './names.ts';
import { Recording } from './recording.ts';

/**
 * Records a scenario on a machine. The recording grows by one operation with each turn of its {@link Recording.record}.
 * @throws InputError with line and column of the first mistake in the text
 */
export function recordScenario(
  path: string,
  text: string,
  machine: Machine,
  costs: PartCosts = LAB_COSTS,
): Recording {
  const scenario = parseScenario(path, text);
  const recorder = new RecordingMachine(machineForReplay(machine), costs, true);
  const run = recorder.setup(() => new ScenarioRun(scenario, recorder));
  function* operations(): Generator<void> {
    for (const operation of scenario.operations) {
      recorder.beginOperation(operation.line, operation.text, operation.pid);
      recorder.endOperation(run.step(operation));
      yield;
    }
  }
  return new Recording(recorder, scenarioNames(scenario), scenario.operations.length, operations());
}
