import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScenarioRun } from '../../src/sim/scenario/execute.ts';
import { parseScenario } from '../../src/sim/scenario/parse.ts';
import { PROFILES } from '../../src/sim/scenario/profiles.ts';
import { randomScenario } from '../../src/sim/scenario/random.ts';
import { brokenLaws } from '../oracle/kernel-conservation.ts';

describe('after every operation of any scenario', () => {
  it.each(Object.keys(PROFILES))('counts equal what the page tables say: profile %s', (profile) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const scenario = parseScenario(`seed ${seed}`, randomScenario(seed, profile));
        const run = new ScenarioRun(scenario);
        for (const operation of scenario.operations) {
          run.step(operation);
          expect(brokenLaws(run.machine.kernel), `seed ${seed}, line ${operation.line}`).toEqual([]);
        }
      }),
      { numRuns: profile === 'thp' || profile === 'wild' ? 8 : 20 },
    );
  });
});

describe('when all processes have gone', () => {
  it('only page cache and zero pages are left of memory', () => {
    const scenario = parseScenario(
      's',
      [
        'file f 20480',
        '1 mmap A 8 prot=rw flags=private,anon',
        '1 mmap B 5 prot=rw flags=private,file:f',
        '1 mmap C 512 prot=rw flags=private,anon,thp',
        '1 mmap D 4 prot=rw flags=shared,anon',
        '1 ww A 1',
        '1 ww B 2',
        '1 ww C 3',
        '1 ww D 4',
        '1 fork 2',
        '2 ww A 5',
        '2 w C+7p 6',
        '1 exit',
        '2 exit',
      ].join('\n'),
    );
    const run = new ScenarioRun(scenario);
    const before = run.machine.kernel.state.buddy.usedFrames;
    for (const operation of scenario.operations) run.step(operation);
    const { buddy } = run.machine.kernel.state;
    // The root table of process 1 was there before and is gone now; the 5 cached pages and the zero page stay.
    expect(buddy.usedFrames).toBe(before - 1);
    expect(brokenLaws(run.machine.kernel)).toEqual([]);
  });
});
