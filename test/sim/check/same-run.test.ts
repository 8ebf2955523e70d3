import { describe, expect, it } from 'vitest';
import { collect } from '../../../src/sim/collect.ts';
import { loadMachine } from '../../../src/sim/machine/load.ts';
import { type RunOptions, Simulation } from '../../../src/sim/run.ts';
import { type MadeTrace, sourceOf } from '../checkpoint/runs.ts';

const TRACES: readonly MadeTrace[] = [
  { kind: 'gc', words: ['heap=256K', 'interval=5000'], accesses: 20_000, seed: 3, chunk: 7000 },
  { kind: 'zygote', words: ['size=256K', 'children=3', 'life=2000'], accesses: 20_000, seed: 4, chunk: 7000 },
  { kind: 'uniform', words: ['size=2M'], accesses: 20_000, seed: 5, chunk: 7000 },
];

const MACHINES = [
  ['skylake', []],
  ['skylake', ['dataThroughCaches=true']],
  ['golden-cove', []],
  ['sv39-inorder', []],
] as const;

describe('a checked run', () => {
  it.each(TRACES.flatMap((trace) => MACHINES.map(([preset, settings]) => ({ trace, preset, settings }))))(
    'of $trace.kind on $preset $settings counts and charges as one without checks, on either core',
    async ({ trace, preset, settings }) => {
      const { machine } = await loadMachine(preset, settings);
      const result = async (options: RunOptions) => {
        const source = sourceOf(trace);
        const simulation = new Simulation(machine, source, { kernel: 'linux', ...options });
        await simulation.run(source);
        expect(simulation.checker?.findings ?? []).toEqual([]);
        return JSON.stringify(await collect(simulation, source, 'test'));
      };
      const plain = await result({ core: 'ts' });
      expect(await result({ core: 'ts', check: true })).toBe(plain);
      expect(await result({ core: 'auto', check: true })).toBe(plain);
    },
  );
});
