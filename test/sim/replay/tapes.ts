import { readdirSync, readFileSync } from 'node:fs';
import type { Machine } from '../../../src/sim/machine/machine.ts';
import { readMachine } from '../../../src/sim/machine/read.ts';
import { recordScenario } from '../../../src/sim/replay/record-scenario.ts';
import type { Recording } from '../../../src/sim/replay/recording.ts';

const LIBRARY = new URL('../../../traces/scenarios/', import.meta.url);

/** Names of the scenario library. */
export const SCENARIOS = readdirSync(LIBRARY)
  .filter((name) => name.endsWith('.scn'))
  .map((name) => name.slice(0, -4))
  .sort();

export function scenarioText(name: string): string {
  return readFileSync(new URL(`${name}.scn`, LIBRARY), 'utf8');
}

export async function machineNamed(name: string): Promise<Machine> {
  return (await readMachine(name, [])).machine;
}

/** A whole recording of a scenario. */
export function recorded(text: string, machine: Machine): Recording {
  const recording = recordScenario('test.scn', text, machine);
  while (recording.record());
  return recording;
}
