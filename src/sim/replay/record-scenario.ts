import type { Machine } from '../machine/machine.ts';
import { ScenarioRun } from '../scenario/execute.ts';
import { parseScenario } from '../scenario/parse.ts';
import { RegionPlan } from '../scenario/regions.ts';
import { costsFor } from './costs.ts';
import { machineForReplay, RecordingMachine } from './machine.ts';
import { scenarioNames } from './names.ts';
import { operationSentence } from './operation-words.ts';
import { Recording } from './recording.ts';

/**
 * Records a scenario on a machine. The recording grows by one operation with each turn of its {@link Recording.record}.
 * @throws InputError with line and column of the first mistake in the text
 */
export function recordScenario(path: string, text: string, machine: Machine): Recording {
  const scenario = parseScenario(path, text);
  const recorder = new RecordingMachine(machineForReplay(machine), costsFor(machine), true);
  const run = recorder.setup(() => new ScenarioRun(scenario, recorder));
  const names = scenarioNames(scenario, new RegionPlan(recorder.hardware.mode));
  function* operations(): Generator<void> {
    for (const operation of scenario.operations) {
      const { line, text, pid } = operation;
      const sentence = operationSentence(scenario, operation);
      recorder.beginOperation({ line, text, pid, sentence });
      recorder.endOperation(run.step(operation));
      yield;
    }
  }
  return new Recording(recorder, names, scenario.operations.length, operations());
}
