import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ScenarioRun } from '../../src/sim/scenario/execute.ts';
import { ScenarioMachine } from '../../src/sim/scenario/machine.ts';
import { parseScenario } from '../../src/sim/scenario/parse.ts';
import { randomScenario } from '../../src/sim/scenario/random.ts';
import { wrongRights } from '../oracle/entry-rights.ts';

const SCENARIOS = 'traces/scenarios';
const ANSWERS = 'test/fixtures/scenarios/answers';

/** A machine whose memory below 4 GiB is taken: the number of every frame needs the high word of its entry. */
function highMachine(): ScenarioMachine {
  const machine = new ScenarioMachine({ memoryBytes: 8 * 2 ** 30 });
  const { buddy, frames } = machine.kernel.state;
  frames.ensure(1.1 * 2 ** 20);
  // The zero page is there already, in a block of 4 MiB of its own.
  while (buddy.allocate(10) < 2 ** 20 - 1024);
  for (let order = 9; order >= 0; order--) buddy.allocate(order);
  return machine;
}

/** Nobody is left of a scenario. */
function leave({ kernel }: ScenarioMachine): void {
  for (const pid of kernel.state.processes.keys()) kernel.exit(pid);
  kernel.state.processes.clear();
}

describe('on frames above 4 GiB', () => {
  it('every named scenario is answered as the real kernel did, and entries allow what their VMAs do', () => {
    const machine = highMachine();
    for (const file of readdirSync(SCENARIOS).filter((name) => name.endsWith('.scn'))) {
      const scenario = parseScenario(file, readFileSync(`${SCENARIOS}/${file}`, 'utf8'));
      const [, ...lines] = readFileSync(`${ANSWERS}/${file.slice(0, -4)}.jsonl`, 'utf8')
        .trimEnd()
        .split('\n');
      const run = new ScenarioRun(scenario, machine);
      for (const [i, operation] of scenario.operations.entries()) {
        const answer = JSON.parse(JSON.stringify(run.step(operation)));
        expect(answer, `${file}: ${operation.text}`).toEqual(JSON.parse(lines[i]!));
        expect(wrongRights(machine.kernel), `${file}: ${operation.text}`).toEqual([]);
      }
      leave(machine);
    }
    const { mapcount, flags } = machine.kernel.state.frames;
    // Nobody is left, so nothing is mapped; only the zero page lies low.
    expect([mapcount.some((count) => count !== 0), flags.slice(1, 1024).some((mark) => mark & 1)]).toEqual([
      false,
      false,
    ]);
  });

  it('random scenarios are answered as they are on frames below', () => {
    const machine = highMachine();
    for (const [seed, profile] of ['mixed', 'thp', 'wild', 'file'].entries()) {
      const scenario = parseScenario(profile, randomScenario(seed, profile));
      const run = new ScenarioRun(scenario, machine);
      const below = new ScenarioRun(scenario);
      for (const operation of scenario.operations) {
        expect(run.step(operation)).toEqual(below.step(operation));
        expect(wrongRights(machine.kernel), operation.text).toEqual([]);
      }
      leave(machine);
    }
  });
});
