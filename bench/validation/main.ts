/**
 * npm run validation: page faults predicted from recordings of real programs, against those that this host's kernel
 * counts for the same commands. It needs Linux on x86-64, Valgrind, and perf with the right to trace.
 *
 *   --only NAME    one program of programs.yaml
 *   --runs N       native runs of each, of which the median counts (5)
 *   --json FILE    the numbers as JSON
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findProgram } from '../../src/trace/node/record/host.ts';
import { type Comparison, compare } from './measure.ts';
import { type Program, readPrograms } from './programs.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    runs: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
});
const json = values.json === undefined ? undefined : resolve(values.json);
const programs = readPrograms().filter(({ name }) => values.only === undefined || name === values.only);
const folder = mkdtempSync(join(tmpdir(), 'pagewalk-validation-'));
const compared = new Map<string, Comparison>();
process.chdir(folder);
try {
  console.log('| program | processes | accesses | predicted | counted: median (least to most) | error |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const program of programs) console.log(await line(program));
} finally {
  process.chdir(tmpdir());
  rmSync(folder, { recursive: true, force: true });
}
const errors = [...compared.values()].map(({ error }) => Math.abs(error)).sort((a, b) => a - b);
console.log(
  `\n${compared.size} of ${programs.length} programs, median error ${medianOf(errors).toFixed(1)} %`,
);
if (json !== undefined) writeFileSync(json, `${JSON.stringify(Object.fromEntries(compared), null, 2)}\n`);
if (compared.size < programs.length) process.exitCode = 1;

async function line(program: Program): Promise<string> {
  const missing = Object.entries(program.needs).filter(([needed]) => findProgram(needed) === null);
  if (missing.length > 0) {
    const packages = missing.map(([, name]) => name).join(' ');
    return `| ${program.name} | not run: apt-get install ${packages} | | | | |`;
  }
  try {
    const comparison = await compare(program, Number(values.runs));
    compared.set(program.name, comparison);
    return `| ${[program.name, ...figures(comparison)].join(' | ')} |`;
  } catch (error) {
    return `| ${program.name} | failed: ${(error as Error).message.trim().split('\n').join(' ')} | | | | |`;
  }
}

function figures({ processes, accesses, predicted, predictedByProcess, counted, median, error }: Comparison) {
  const each = processes > 1 ? ` (${predictedByProcess.join(' + ')})` : '';
  const number = new Intl.NumberFormat('en');
  return [
    processes,
    number.format(accesses),
    `${number.format(predicted)}${each}`,
    `${number.format(median)} (${counted.at(0)} to ${counted.at(-1)})`,
    `${error >= 0 ? '+' : ''}${error.toFixed(1)} %`,
  ];
}

/** The middle one, the lower of two; NaN of none. */
function medianOf(sorted: readonly number[]): number {
  return sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
}
