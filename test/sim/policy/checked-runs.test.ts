import { describe, expect, it } from 'vitest';
import { loadMachine } from '../../../src/sim/machine/load.ts';
import { policyNames } from '../../../src/sim/policy/preset-files.ts';
import { loadPolicy } from '../../../src/sim/policy/read.ts';
import { Simulation } from '../../../src/sim/run.ts';
import { generatorNamed, parameterValues } from '../../../src/trace/generate/index.ts';
import { MadeTrace } from '../../../src/trace/node/made.ts';

/** Policies under which parent and child share memory by nature. */
const SHARING_SPACE = ['vfork', 'snapshot-restore'];

/** Children that live side by side; child and parent that write across the border of two page tables, small and huge. */
const TRACES = [
  ['zygote', 3000, 'size=2M', 'children=3', 'life=600', 'own=64K'],
  ['fork-rewrite', 1700, 'size=4M', 'populate=1', 'child=530', 'parent=530'],
  ['fork-rewrite', 1700, 'size=4M', 'populate=1', 'huge=1', 'child=530', 'parent=530'],
] as const;

/** The laws that a run under `--check` breaks, each once. */
async function brokenLaws(machineName: string, policyName: string, index: number): Promise<string[]> {
  const [kind, count, ...words] = TRACES[index]!;
  const { machine } = await loadMachine(machineName);
  const { policy } = await loadPolicy(policyName);
  const values = parameterValues(generatorNamed(kind), words);
  const source = new MadeTrace({ kind, values, seed: 1, count });
  const run = new Simulation(machine, source, { kernel: 'linux', policy: { policy }, check: true });
  await run.run(source);
  return [...new Set(run.checker!.findings.map(({ law }) => law))];
}

describe('a run under --check', () => {
  it.each(policyNames().filter((name) => !SHARING_SPACE.includes(name)))(
    'breaks no law of TLBs, frames, contents and ledger under %s',
    async (policy) => {
      for (const index of TRACES.keys()) expect(await brokenLaws('skylake', policy, index)).toEqual([]);
    },
  );

  // RISC-V has no write permission in upper entries: policies that take it there have to take it from the leaves.
  it.each(['on-demand-fork', 'cow-pte', 'cow-pte-deferred', 'zygote-shared-tables', 'async-fork'])(
    'breaks none under %s on Sv39 either',
    async (policy) => {
      for (const index of TRACES.keys()) expect(await brokenLaws('sv39-inorder', policy, index)).toEqual([]);
    },
  );

  it.each(SHARING_SPACE)(
    'breaks none under %s, whose parent runs on, but that processes see what they stored',
    async (policy) => {
      expect(await brokenLaws('skylake', policy, 0)).toEqual(['loads see what the program stored']);
    },
  );
});
