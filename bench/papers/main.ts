/** npm run papers: published results beside the model's. npm run papers -- NAME ...: some of them. Exit 1 if one fails. */
import { InputError, nearest } from '../../src/core/errors.ts';
import { columns } from '../../src/report/format.ts';
import { REPRODUCTIONS } from './index.ts';
import type { Reproduction } from './reproduction.ts';

const NAMES = REPRODUCTIONS.map(({ name }) => name);

function named(name: string): Reproduction {
  const found = REPRODUCTIONS.find((reproduction) => reproduction.name === name);
  if (found) return found;
  const guess = nearest(name, NAMES);
  throw new InputError(`no reproduction is called '${name}'`, {
    remedy: guess ? `did you mean '${guess}'?` : `they are ${NAMES.join(', ')}`,
  });
}

/** Prints one reproduction; true when all of it holds. */
async function show({ name, title, kind, source, run }: Reproduction): Promise<boolean> {
  const findings = await run();
  const rows = findings.map(({ what, published, reproduced, holds }) => [
    what,
    published,
    reproduced,
    kind,
    holds ? 'holds' : 'FAILS',
  ]);
  console.log(`${name}: ${title}\n  ${source}`);
  console.log(`${columns([['', 'published', 'reproduced', 'kind', 'verdict'], ...rows], '  ')}\n`);
  return findings.every(({ holds }) => holds);
}

async function main(names: readonly string[]): Promise<void> {
  const chosen = names.length > 0 ? names.map(named) : REPRODUCTIONS;
  const failed: string[] = [];
  for (const reproduction of chosen) if (!(await show(reproduction))) failed.push(reproduction.name);
  console.log(
    failed.length > 0 ? `failed: ${failed.join(', ')}` : `${chosen.length} of ${chosen.length} hold`,
  );
  if (failed.length > 0) process.exitCode = 1;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.error(`papers: ${error.message}\n  try: ${error.remedy}`);
  process.exitCode = 2;
}
