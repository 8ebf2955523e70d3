import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LINUX_6_18, type Policy } from '../../../src/kernel/policy/policy.ts';
import type { KernelConfig } from '../../../src/kernel/state.ts';
import { changedMeaning } from '../../../src/sim/policy/conformance.ts';
import { policyNames } from '../../../src/sim/policy/preset-files.ts';
import { loadPolicy } from '../../../src/sim/policy/read.ts';
import { ScenarioRun } from '../../../src/sim/scenario/execute.ts';
import { ScenarioMachine } from '../../../src/sim/scenario/machine.ts';
import { parseScenario } from '../../../src/sim/scenario/parse.ts';
import { randomScenario } from '../../../src/sim/scenario/random.ts';
import type { Scenario } from '../../../src/sim/scenario/script.ts';
import { brokenPolicyLaws } from '../../oracle/policy-conservation.ts';
import { tableScenario } from './table-scenarios.ts';

const FOLDER = new URL('../../../traces/scenarios/', import.meta.url);
const texts = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.scn'))
  .map((file) => [file, readFileSync(new URL(file, FOLDER), 'utf8')] as const);
const named = texts.map(([file, text]) => parseScenario(file, text));

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** Policies under which the child is not a process of its own: they change meaning by nature. */
const SHARING_SPACE = ['vfork', 'snapshot-restore'];
const ISOLATING = policyNames().filter((name) => !SHARING_SPACE.includes(name));

function lawful(scenario: Scenario, policy: Policy): void {
  const changed = changedMeaning(scenario, policy, undefined, ({ kernel }, line) =>
    expect(brokenPolicyLaws(kernel), `${scenario.path}, line ${line}`).toEqual([]),
  );
  expect(changed, scenario.path).toBeUndefined();
}

describe.each(ISOLATING)('under %s', (name) => {
  it('every named scenario shows the same bytes, signals and errors as under Linux 6.18', async () => {
    const { policy } = await loadPolicy(name);
    for (const scenario of named) expect(changedMeaning(scenario, policy), scenario.path).toBeUndefined();
  });

  it('random scenarios do too, and counts equal what the page tables say', async () => {
    const { policy } = await loadPolicy(name);
    fc.assert(
      fc.property(fc.constantFrom('core', 'mixed', 'thp', 'file'), seeds, (profile, seed) => {
        lawful(parseScenario(`${profile} ${seed}`, randomScenario(seed, profile)), policy);
      }),
      { numRuns: 12 },
    );
  });

  it('so do random scenarios over regions that span page tables', async () => {
    const { policy } = await loadPolicy(name);
    fc.assert(
      fc.property(seeds, (seed) => lawful(parseScenario(`tables ${seed}`, tableScenario(seed)), policy)),
      { numRuns: 5 },
    );
  });
});

/** Points on the axes that no preset is at. */
const POINTS: Readonly<Record<string, Partial<Policy>>> = {
  'no reuse': { reuse: 'never' },
  'shared tables, reuse by mapcount': { forkTables: 'share-leaf', protect: 'upper', reuse: 'mapcount' },
  'a copier that never gets there': { forkTables: 'child-copies', protect: 'upper', copier: { speed: 0 } },
  'a copier that is slow': { forkTables: 'child-copies', protect: 'leaf', copier: { speed: 0.05 } },
  'blocks of 64 KiB': { granule: { pages: 16, huge: 'copy' } },
  'traps on tagged pages': { faultOn: 'tagged', taggedShare: 0.3 },
  'chains that are never collapsed': {
    forkTables: 'copy-all',
    ownership: { kind: 'shadow-chain', copy: 'symmetric', collapse: false },
  },
  'merging while scenarios run': { merge: { pagesToScan: 100, interval: 3000, duplicates: 0 } },
  'whole flushes on three CPUs': { shootdown: { rule: 'broadcast', threshold: 33, cpus: 2, idleCpus: 0 } },
};

describe.each(Object.entries(POINTS))('with %s', (_name, point) => {
  it('meaning is as under Linux 6.18', () => {
    const policy = { ...LINUX_6_18, ...point };
    fc.assert(
      fc.property(seeds, fc.boolean(), (seed, tables) => {
        const text = tables ? tableScenario(seed) : randomScenario(seed, 'mixed');
        lawful(parseScenario(`seed ${seed}`, text), policy);
      }),
      { numRuns: 8 },
    );
  });
});

describe('a snapshot', () => {
  it('means what a fork means while only the child runs', async () => {
    const { policy } = await loadPolicy('snapshot-restore');
    fc.assert(
      fc.property(seeds, (seed) =>
        lawful(parseScenario(`serial ${seed}`, tableScenario(seed, true)), policy),
      ),
      { numRuns: 15 },
    );
  });
});

/** What programs see of each operation that is no fork, exit or wait; those are where the two sides differ by nature. */
function seen(text: string, kernel: Partial<KernelConfig> = {}): unknown[] {
  const scenario = parseScenario('seen', text);
  const run = new ScenarioRun(scenario, new ScenarioMachine(kernel));
  return scenario.operations.flatMap((operation) => {
    const { val, sum, sig, code, errno } = run.step(operation);
    return LIFE.test(operation.text) ? [] : [[operation.line, val, sum, sig, code, errno]];
  });
}

const LIFE = /^\d+ (fork|exit|wait|nop)\b/;

/** The same operations by one process: what all of them see who share an address space. */
function byOneProcess(text: string): string {
  const lines = text.split('\n').map((line) => (LIFE.test(line) ? '1 nop' : line.replace(/^\d+ /, '1 ')));
  return lines.join('\n');
}

describe('under vfork', () => {
  it('every named scenario shows each process what a single process that did it all would see', async () => {
    const { policy } = await loadPolicy('vfork');
    for (const [file, text] of texts) expect(seen(text, { policy }), file).toEqual(seen(byOneProcess(text)));
  });

  it('so do random scenarios', async () => {
    const { policy } = await loadPolicy('vfork');
    fc.assert(
      fc.property(fc.constantFrom('core', 'mixed', 'thp', 'file'), seeds, (profile, seed) => {
        const text = randomScenario(seed, profile);
        expect(seen(text, { policy })).toEqual(seen(byOneProcess(text)));
      }),
      { numRuns: 20 },
    );
  });
});

describe.each(SHARING_SPACE)('under %s', (name) => {
  it('named scenarios show what they show under Linux 6.18, up to their first fork', async () => {
    const { policy } = await loadPolicy(name);
    for (const scenario of named) {
      const fork = scenario.operations.find(({ text }) => / fork /.test(text));
      const changed = changedMeaning(scenario, policy);
      if (changed)
        expect(changed.line, scenario.path).toBeGreaterThan(fork?.line ?? Number.POSITIVE_INFINITY);
    }
  });
});

const parentAndChild = parseScenario(
  'parent-and-child',
  [
    '1 mmap A 2 prot=rw flags=private,anon',
    '1 w A 5',
    '1 fork 2',
    '2 w A 6',
    '1 r A',
    '2 exit',
    '1 r A',
  ].join('\n'),
);

describe('sharing the address space changes meaning by nature', () => {
  it('under vfork: the child writes 6 and the parent, who had 5, reads it', async () => {
    const { policy } = await loadPolicy('vfork');
    expect(changedMeaning(parentAndChild, policy)).toMatchObject({
      line: 5,
      key: 'val',
      expected: 5,
      got: 6,
    });
  });

  it('under snapshot-restore: a parent that runs while its child lives sees the child; afterwards it has its 5 again', async () => {
    const { policy } = await loadPolicy('snapshot-restore');
    expect(changedMeaning(parentAndChild, policy)).toMatchObject({
      line: 5,
      key: 'val',
      expected: 5,
      got: 6,
    });
    const waiting = parseScenario(
      'waiting',
      ['1 mmap A 2 prot=rw flags=private,anon', '1 w A 5', '1 fork 2', '2 w A 6', '2 exit', '1 r A'].join(
        '\n',
      ),
    );
    expect(changedMeaning(waiting, policy)).toBeUndefined();
  });
});

describe('a policy that breaks isolation', () => {
  it('is caught by the first wrong byte: whoever writes a shared page keeps it', () => {
    const changed = changedMeaning(parentAndChild, LINUX_6_18, { onWriteFault: () => 'reuse' });
    expect(changed).toMatchObject({ line: 5, text: '1 r A', key: 'val', expected: 5, got: 6 });
  });

  it('is caught by the first wrong byte: a child without its tables', () => {
    const reading = parseScenario(
      'reading',
      ['1 mmap A 2 prot=rw flags=private,anon', '1 w A+1p 7', '1 fork 2', '2 r A+1p'].join('\n'),
    );
    expect(changedMeaning(reading, LINUX_6_18, { onFork: () => 'skip' })).toMatchObject({
      expected: 7,
      got: 0,
    });
  });
});
