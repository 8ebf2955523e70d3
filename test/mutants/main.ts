/**
 * npm run mutants: makes every bug of list.ts in a copy of the sources and asks the detectors (detect.ts), then, for
 * what they do not see, the laws of TLBs and clock (vitest). Exits with 1 when a bug is caught by nobody.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MUTANTS, type Mutant } from './list.ts';

const COPIED = ['src', 'test', 'machines', 'policies', 'package.json', 'tsconfig.json', 'vitest.config.ts'];
const LAWS = [
  'test/tlb',
  'test/sim/timing.test.ts',
  'test/sim/window.test.ts',
  'test/sim/linux-side.test.ts',
];

function copyOfSources(): string {
  const copy = mkdtempSync(join(tmpdir(), 'pagewalk-mutant-'));
  for (const part of COPIED) cpSync(part, join(copy, part), { recursive: true });
  for (const link of ['node_modules', 'traces']) symlinkSync(resolve(link), join(copy, link));
  return copy;
}

/** Who caught the bug and what they said; null when nobody did. */
function caughtBy(copy: string): string | null {
  const tsx = ['--import', 'tsx', 'test/mutants/detect.ts'];
  const detected = spawnSync(process.execPath, tsx, { cwd: copy, encoding: 'utf8', timeout: 120_000 });
  if (detected.status !== 0) return (detected.stdout.trim() || detected.stderr.trim()).split('\n').at(-1)!;
  const vitest = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...LAWS], {
    cwd: copy,
    encoding: 'utf8',
    timeout: 120_000,
  });
  return vitest.status === 0 ? null : 'the laws of TLBs and clock (vitest)';
}

function tryMutant(copy: string, { file, find, replace }: Mutant): string | null {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(find).length !== 2)
    throw new Error(`${file}: the place of the bug is not there, or not once`);
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  const caught = caughtBy(copy);
  writeFileSync(path, text);
  return caught;
}

const wanted = process.argv[2];
const copy = copyOfSources();
let missed = 0;
try {
  const sane = caughtBy(copy);
  if (sane !== null) throw new Error(`the detectors fire without any bug: ${sane}`);
  for (const mutant of MUTANTS) {
    if (wanted !== undefined && !mutant.bug.includes(wanted)) continue;
    const caught = tryMutant(copy, mutant);
    if (caught === null) missed++;
    console.log(`${caught === null ? 'MISSED' : 'caught'}  ${mutant.bug}\n        ${caught ?? 'by nobody'}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${MUTANTS.length} bugs, ${missed} missed`);
process.exitCode = missed > 0 ? 1 : 0;
