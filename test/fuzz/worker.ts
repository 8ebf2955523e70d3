/**
 * One surface, one case after another, in a process of its own (main.ts watches it): SURFACE SEED FIRST COUNT. Tells
 * the parent each case before it begins, writes the input where the parent finds it should this process die, and
 * ends with 1 at the first bug.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromSystemError } from '../../src/cli/errors.ts';
import { InputError } from '../../src/core/errors.ts';
import { Random, seedOf } from './random.ts';
import { SURFACES } from './surfaces/index.ts';

/** More resident memory than any case needs. */
const MAX_RESIDENT = 2 ** 31;

const [name, seed, first, count, inputFile] = process.argv.slice(2);
const surface = SURFACES.find((one) => one.name === name)!;
const seeds = surface.seeds();
const folder = mkdtempSync(join(tmpdir(), 'pagewalk-fuzz-'));

function stop(error: unknown): never {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  process.send!({ bug: stack ?? message });
  rmSync(folder, { recursive: true, force: true });
  process.exit(1);
}
process.on('uncaughtException', stop);
process.on('unhandledRejection', stop);

for (let turn = Number(first); turn < Number(first) + Number(count); turn++) {
  const random = new Random(seedOf(surface.name, Number(seed), turn));
  const input = surface.make(turn, random, seeds);
  if (input === null) {
    process.send!({ exhausted: true });
    break;
  }
  writeFileSync(inputFile!, input);
  process.send!({ turn });
  const own = join(folder, 'case');
  mkdirSync(own);
  try {
    await surface.take(input, random, own);
    process.send!({ taken: true });
  } catch (error) {
    if (!(error instanceof InputError) && !fromSystemError(error)) stop(error);
  }
  rmSync(own, { recursive: true, force: true });
  const { rss } = process.memoryUsage();
  if (rss > MAX_RESIDENT) stop(new Error(`${Math.round(rss / 2 ** 20)} MiB resident after this case`));
}
rmSync(folder, { recursive: true, force: true });
process.disconnect();
