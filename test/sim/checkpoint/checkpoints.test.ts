import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeOf, reach } from '../../../src/sim/checkpoint/graph.ts';
import { loadMachine } from '../../../src/sim/machine/load.ts';
import { loadPolicy } from '../../../src/sim/policy/read.ts';
import type { RunOptions } from '../../../src/sim/run.ts';
import { type MadeTrace, type Run, resume, runWhole, simulationAfter } from './runs.ts';

const PROCESSES = ['redis-snapshot', 'zygote', 'fork-server', 'shell', 'prefork', 'gc'] as const;
const KINDS = [...PROCESSES, 'uniform', 'stencil', 'page-probe'] as const;
const MACHINES = ['skylake', 'zen3', 'sv39-inorder', 'gem5-x86', 'golden-cove'] as const;
const POLICIES = [
  'async-fork',
  'cow-pte',
  'freebsd',
  'ksm',
  'mach-symmetric',
  'on-demand-fork',
  'snapshot-restore',
  'vfork',
] as const;

const arbitraryTrace: fc.Arbitrary<MadeTrace> = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    seed: fc.integer({ min: 1, max: 1000 }),
    chunk: fc.integer({ min: 50, max: 3000 }),
    accesses: fc.integer({ min: 3000, max: 8000 }),
  })
  .map((trace) => ({ ...trace, words: [] }));

const arbitraryOptions = fc.record({
  kernel: fc.constantFrom('demand', 'linux', undefined),
  policy: fc.option(fc.constantFrom(...POLICIES), { freq: 2 }),
  core: fc.constantFrom('ts', 'auto'),
  check: fc.boolean(),
  warmup: fc.constantFrom(0, 0, 1000, 2500),
  limit: fc.constantFrom(undefined, undefined, 2900, 5000),
});

async function runOf(
  machine: string,
  trace: MadeTrace,
  {
    kernel,
    policy,
    ...rest
  }: Omit<RunOptions, 'policy' | 'kernel'> & { kernel?: string; policy?: string | null },
): Promise<Run> {
  const { machine: resolved } = await loadMachine(machine);
  const options: RunOptions = {
    ...rest,
    ...(kernel !== undefined && { kernel: kernel as 'demand' | 'linux' }),
    ...(policy && { policy: await loadPolicy(policy), kernel: 'linux' as const }),
  };
  return { machine: resolved, trace, options };
}

describe('a run that is resumed', () => {
  it('gives the same result to the byte, whatever the trace, machine, kernel and policy, and wherever it was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...MACHINES),
        arbitraryTrace,
        arbitraryOptions,
        fc.integer({ min: 300, max: 4000 }),
        fc.nat(),
        async (machine, trace, options, every, choice) => {
          const run = await runOf(machine, trace, options as Parameters<typeof runOf>[2]);
          const { result, files } = await runWhole(run, every);
          if (files.length > 0) expect(await resume(run, files[choice % files.length]!)).toBe(result);
        },
      ),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 20) },
    );
  });

  it.each(PROCESSES)('%s, with checks on, at each of its checkpoints', async (kind) => {
    const run = await runOf(
      'skylake',
      { kind, words: [], seed: 5, chunk: 900, accesses: 8000 },
      { check: true },
    );
    const { result, files } = await runWhole(run, 2000);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect(await resume(run, file)).toBe(result);
  });

  it('can be resumed from a checkpoint of a resumed run', async () => {
    const trace = { kind: 'zygote', words: [], seed: 2, chunk: 500, accesses: 9000 };
    const run = await runOf('zen3', trace, {});
    const { result, files } = await runWhole(run, 2000);
    const again = await runWhole(run, 2000, files[0]);
    expect(again.result).toBe(result);
    expect(again.files.map((file) => file.compare(files.at(-1)!))).toContain(0);
  });
});

describe('the state of a simulation', () => {
  it.each([
    ['linux', true, null],
    ['linux', false, 'mach-symmetric'],
    ['linux', false, 'snapshot-restore'],
    ['demand', true, null],
  ] as const)(
    'is all to be seen from outside: kernel %s, checks %s, policy %s',
    async (kernel, check, policy) => {
      const trace = { kind: 'shell', words: [], seed: 5, chunk: 900, accesses: 8000 };
      const simulation = await simulationAfter(await runOf('skylake', trace, { kernel, check, policy }));
      const classes = new Set(
        reach(simulation, new Map())
          .map(nodeOf)
          .flatMap((node) =>
            node.kind === 'object' ? [Object.getPrototypeOf(node.object)?.constructor] : [],
          ),
      );
      const hiding = [...classes]
        .filter((one) => /^\s*#\w+\s*(=|;)/m.test(String(one)))
        .map(({ name }) => name);
      expect(hiding).toEqual([]);
    },
  );
});
