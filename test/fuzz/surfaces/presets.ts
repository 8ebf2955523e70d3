import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadCostPreset } from '../../../src/sim/calibrate/load-preset.ts';
import { loadMachine } from '../../../src/sim/machine/load.ts';
import { loadPolicy } from '../../../src/sim/policy/read.ts';
import { type RunOptions, Simulation } from '../../../src/sim/run.ts';
import type { TraceEvent } from '../../../src/trace/event.ts';
import { type Step, stepsOf } from '../../sim/trace-of.ts';
import { mutate } from '../mutate.ts';
import { corpusOf, filesIn, type Surface } from '../surface.ts';

const area: TraceEvent = {
  kind: 'mmap',
  pid: 1,
  vpn: 0x100,
  pages: 600,
  prot: 'rw',
  shared: false,
  backing: { kind: 'anon' },
};
const touch = (from: number, pages: number): Step[] =>
  Array.from({ length: pages }, (_, i) => ({ access: 2, page: 0x100 + from + i }));

/** Forks, writes on both sides, and ends: what policies decide about. */
const FORKING: Step[] = [
  { kind: 'start', pid: 1 },
  area,
  { kind: 'switch', pid: 1 },
  ...touch(0, 64),
  { kind: 'fork', pid: 1, child: 2 },
  ...touch(8, 8),
  { kind: 'switch', pid: 2 },
  ...touch(0, 24),
  { kind: 'exit', pid: 2 },
  { kind: 'switch', pid: 1 },
  ...touch(0, 64),
];

async function runWith(options: RunOptions): Promise<void> {
  const { machine } = await loadMachine('skylake');
  const source = stepsOf(FORKING, true);
  await new Simulation(machine, source, { ...options, kernel: 'linux', core: 'ts' }).run(source);
}

/** Policy files, and a forking program under those that are accepted. */
export const policies: Surface = {
  name: 'policy',
  seeds: () => [...filesIn('policies', /\.yaml$/), ...corpusOf('policy')],
  make: (_turn, random, seeds) => mutate(seeds, random),
  async take(input, _random, folder) {
    const file = join(folder, 'p.yaml');
    await writeFile(file, input);
    await runWith({ policy: await loadPolicy(file) });
  },
};

/** Cost presets, as `calibrate` writes and `run --costs` reads them. */
export const costs: Surface = {
  name: 'costs',
  seeds: () => [...filesIn('costs', /\.yaml$/), ...corpusOf('costs')],
  make: (_turn, random, seeds) => mutate(seeds, random),
  async take(input, _random, folder) {
    const file = join(folder, 'c.yaml');
    await writeFile(file, input);
    await runWith({ costs: loadCostPreset(file) });
  },
};
