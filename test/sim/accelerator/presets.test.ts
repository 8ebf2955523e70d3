import { describe, expect, it } from 'vitest';
import type { Core } from '../../../src/sim/accelerator/choose.ts';
import { collect } from '../../../src/sim/collect.ts';
import { loadMachine } from '../../../src/sim/machine/load.ts';
import { presetNames } from '../../../src/sim/machine/preset-files.ts';
import { type RunOptions, Simulation } from '../../../src/sim/run.ts';
import { openTrace } from '../../../src/trace/node/open.ts';

/** A program's start, and processes that fork, write to shared pages and give memory back. */
const TRACES = ['traces/python3-join.lackey.br', 'traces/perl-fork.pwt', 'traces/redis-bgsave.pwt'];

async function resultOf(machineName: string, trace: string, set: string[], core: Core, options: RunOptions) {
  const { machine } = await loadMachine(machineName, set);
  const source = await openTrace(trace);
  const simulation = new Simulation(machine, source, { ...options, core });
  await simulation.run(source);
  const result = await collect(simulation, source, 'test');
  await source.close();
  return JSON.stringify(result);
}

describe.each(TRACES)('%s', (trace) => {
  it.each(presetNames())('on %s has the same result, to the byte, whichever core runs it', async (preset) => {
    for (const set of [['dataThroughCaches=false'], ['dataThroughCaches=true']]) {
      const options = { warmup: 5000, limit: 60_000 };
      const expected = await resultOf(preset, trace, set, 'ts', options);
      expect(await resultOf(preset, trace, set, 'wasm', options)).toBe(expected);
    }
  });
});

describe('--core', () => {
  it('wasm refuses a machine that the WebAssembly core does not know, and says what', async () => {
    const set = ['tlb.dtlb.arrays.0.replacement=tree-plru'];
    await expect(resultOf('lab-tiny', TRACES[0]!, set, 'wasm', { limit: 1 })).rejects.toThrow(
      'the WebAssembly core does not know the replacement policy tree-plru',
    );
  });

  it('auto runs such a machine in TypeScript', async () => {
    const set = ['tlb.dtlb.arrays.0.replacement=tree-plru'];
    const [auto, ts] = await Promise.all(
      (['auto', 'ts'] as const).map((core) => resultOf('lab-tiny', TRACES[0]!, set, core, { limit: 5000 })),
    );
    expect(auto).toBe(ts);
  });
});
