import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScenarioRun } from '../../src/sim/scenario/execute.ts';
import { ScenarioMachine } from '../../src/sim/scenario/machine.ts';
import { parseScenario } from '../../src/sim/scenario/parse.ts';
import { PROFILES } from '../../src/sim/scenario/profiles.ts';
import { randomScenario } from '../../src/sim/scenario/random.ts';
import { auditBills, Book, ONE_EACH } from './audit.ts';

const FOLDER = 'traces/scenarios';

function differences(name: string, text: string, swapBytes = 0): string[] {
  const scenario = parseScenario(name, text);
  const book = new Book();
  const machine = new ScenarioMachine({ ledger: book, costs: ONE_EACH, swapBytes });
  const wrong = auditBills(machine.kernel, book);
  const run = new ScenarioRun(scenario, machine);
  for (const operation of scenario.operations) {
    run.step(operation);
    if (wrong.length > 0) return [`${name}, line ${operation.line}: ${operation.text}`, ...wrong];
  }
  return [];
}

describe('every fault and call is charged and counted for what the tables say was done', () => {
  it('in all named scenarios', () => {
    for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.scn')))
      expect(differences(file, readFileSync(`${FOLDER}/${file}`, 'utf8'))).toEqual([]);
  });

  it.each(Object.keys(PROFILES))('in random scenarios: profile %s', (profile) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        expect(differences(`seed ${seed}`, randomScenario(seed, profile))).toEqual([]);
      }),
      { numRuns: profile === 'thp' ? 4 : 10 },
    );
  });

  it('in random scenarios with swap, where pages are put out again and again', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('core', 'mixed', 'file'),
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        (profile, seed) => {
          const text = randomScenario(seed, profile);
          // Where pages were made old or given up they go to swap.
          const pageout = text.replace(/ (cold|free|normal|random|sequential)$/gm, ' pageout');
          expect(differences(`seed ${seed}`, pageout, 2 ** 22)).toEqual([]);
        },
      ),
      { numRuns: 20 },
    );
  });
});
