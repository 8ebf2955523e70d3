import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collect } from '../../../src/sim/collect.ts';
import { loadMachine } from '../../../src/sim/machine/load.ts';
import type { Machine } from '../../../src/sim/machine/machine.ts';
import { Simulation } from '../../../src/sim/run.ts';
import { TRACE_FORMATS } from '../../../src/trace/format/index.ts';
import { openTrace } from '../../../src/trace/node/open.ts';
import { mutate } from '../mutate.ts';
import type { Random } from '../random.ts';
import { tamper } from '../reseal.ts';
import { corpusOf, type Surface } from '../surface.ts';

const LIMIT = 20_000;
const NAMES = ['t', 't.br', 't.gz', 't.pwt', 't.lackey'] as const;
let machines: Machine[] | undefined;

async function run(input: Buffer, random: Random, folder: string): Promise<void> {
  machines ??= [(await loadMachine('lab-tiny')).machine, (await loadMachine('sv39-inorder')).machine];
  const path = join(folder, random.pick(NAMES));
  await writeFile(path, input);
  const source = await openTrace(path, {
    recover: random.chance(4),
    ...(random.chance(4) && { format: random.pick(TRACE_FORMATS).name }),
  });
  try {
    const simulation = new Simulation(random.pick(machines), source, {
      kernel: random.chance(2) ? 'linux' : 'demand',
      limit: LIMIT,
      ...(random.chance(4) && { warmup: random.int(2000) }),
    });
    await simulation.run(source);
    await collect(simulation, source, 'fuzz');
  } finally {
    await source.close();
  }
}

/** Traces of every format and packing: bits, lengths, lines, and blocks changed behind their checksums. */
export const traces: Surface = {
  name: 'trace',
  seeds: () => corpusOf('trace'),
  make: (_turn, random, seeds) => {
    if (random.chance(3)) return tamper(Buffer.from(random.pick(seeds)), random);
    return mutate(seeds, random);
  },
  take: run,
};

/** Every trace of the corpus cut off at every byte. */
export const cutTraces: Surface = {
  name: 'cut',
  seeds: () => corpusOf('trace'),
  make: (turn, _random, seeds) => {
    let left = turn;
    for (const seed of seeds) {
      if (left < seed.length) return Buffer.from(seed.subarray(0, left));
      left -= seed.length;
    }
    return null;
  },
  take: run,
};
