import { createHash } from 'node:crypto';
import { Checkpoints } from '../../../src/sim/checkpoint/checkpoints.ts';
import { identityOf } from '../../../src/sim/checkpoint/identity.ts';
import { loadMachine } from '../../../src/sim/machine/load.ts';
import { parseResult } from '../../../src/sim/read-result.ts';
import { Simulation } from '../../../src/sim/run.ts';
import { sourceOf } from '../../sim/checkpoint/runs.ts';
import { mutate } from '../mutate.ts';
import { corpusOf, type Surface } from '../surface.ts';

const TRACE = { kind: 'shell', words: [], accesses: 4000, seed: 1, chunk: 1000 };
const HASH_BYTES = 32;

async function simulation() {
  const { machine } = await loadMachine('lab-tiny');
  const source = sourceOf(TRACE);
  const options = { core: 'ts', check: true } as const;
  const run = new Simulation(machine, source, options);
  return { run, source, checkpoints: new Checkpoints(run, await identityOf(run, source, options, 'fuzz')) };
}

let kept: Buffer | undefined;

/** A checkpoint of this very version: none could be kept in the corpus. */
async function checkpoint(): Promise<Buffer> {
  const { run, source, checkpoints } = await simulation();
  let file = Buffer.alloc(0);
  const save = async (accesses: number) => {
    file = Buffer.concat(checkpoints.save(accesses, 'fuzz'));
  };
  await run.run(source, { every: 2000, save });
  return file;
}

/**
 * Checkpoint files: damaged ones, which their sum gives away, and forged ones, whose sum is right. A forged one that is
 * taken is not run: nobody can know its numbers.
 */
export const checkpoints: Surface = {
  name: 'checkpoint',
  seeds: () => [Buffer.alloc(0)],
  make: (_turn, random) => Buffer.from(`${random.int(2 ** 31)} ${random.chance(2) ? 'forged' : 'damaged'}`),
  async take(input, random) {
    kept ??= await checkpoint();
    const changed = mutate([kept], random);
    if (input.includes('forged')) {
      const body = changed.subarray(0, Math.max(0, changed.length - HASH_BYTES));
      const sum = createHash('sha256').update(body).digest();
      (await simulation()).checkpoints.load(Buffer.concat([body, sum]), 'forged');
    } else (await simulation()).checkpoints.load(changed, 'damaged');
  },
};

/** Results read back: `compare` and the page. */
export const results: Surface = {
  name: 'result',
  seeds: () => corpusOf('result'),
  make: (_turn, random, seeds) => mutate(seeds, random),
  async take(input) {
    parseResult('r.json', input.toString('utf8'));
  },
};
