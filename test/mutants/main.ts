/**
 * npm run mutants: makes every bug of list.ts in a copy of the sources and asks the detectors (detect.ts), then, for
 * what they do not see, the laws of TLBs and clock (vitest). `npm run mutants -- WORD` takes the bugs with WORD only.
 * Exits with 1 when a bug is caught by nobody.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { MUTANTS, type Mutant } from './list.ts';

const COPIED = ['src', 'test', 'machines', 'policies', 'package.json', 'tsconfig.json', 'vitest.config.ts'];
const LAWS = [
  'test/tlb',
  'test/sim/timing.test.ts',
  'test/sim/window.test.ts',
  'test/sim/linux-side.test.ts',
];
/** Copies of the sources at work at the same time. */
const COPIES = 2;

function copyOfSources(): string {
  const copy = mkdtempSync(join(tmpdir(), 'pagewalk-mutant-'));
  for (const part of COPIED.filter((path) => existsSync(path)))
    cpSync(part, join(copy, part), { recursive: true });
  for (const link of ['node_modules', 'traces']) symlinkSync(resolve(link), join(copy, link));
  return copy;
}

/** Runs Node in a copy; its exit status (null: killed after two minutes) and what it printed. */
async function node(cwd: string, args: readonly string[]): Promise<{ status: number | null; said: string }> {
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  const closed = new Promise<number | null>((done) => child.on('close', done));
  const [status, out, err] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
  return { status, said: out.trim() || err.trim() };
}

/** Who caught the bug and what they said; null when nobody did. */
async function caughtBy(copy: string): Promise<string | null> {
  const { status, said } = await node(copy, ['--import', 'tsx', 'test/mutants/detect.ts']);
  if (status === null) return 'it never ends';
  if (status !== 0) return said.split('\n').at(-1)!;
  const laws = await node(copy, ['node_modules/vitest/vitest.mjs', 'run', ...LAWS]);
  return laws.status === 0 ? null : 'the laws of TLBs and clock (vitest)';
}

async function tryMutant(copy: string, { file, find, replace }: Mutant): Promise<string | null> {
  const path = join(copy, file);
  const sound = readFileSync(path, 'utf8');
  if (sound.split(find).length !== 2) {
    throw new Error(`${file}: the place of the bug is not there, or not once: ${find}`);
  }
  writeFileSync(
    path,
    sound.replace(find, () => replace),
  );
  const caught = await caughtBy(copy);
  writeFileSync(path, sound);
  return caught;
}

const wanted = process.argv[2] ?? '';
const queue = MUTANTS.filter(({ bug }) => bug.includes(wanted));
const tried = queue.length;
let missed = 0;

async function work(copy: string): Promise<void> {
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    const caught = await tryMutant(copy, mutant);
    if (caught === null) missed++;
    console.log(`${caught === null ? 'MISSED' : 'caught'}  ${mutant.bug}\n        ${caught ?? 'by nobody'}`);
  }
}

const copies = Array.from({ length: COPIES }, copyOfSources);
try {
  const sane = await caughtBy(copies[0]!);
  if (sane !== null) throw new Error(`the detectors fire without any bug: ${sane}`);
  await Promise.all(copies.map(work));
} finally {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
}
console.log(`${tried} bugs, ${missed} missed`);
process.exitCode = missed > 0 ? 1 : 0;
