import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Scenarios that one start of the oracle runs. */
const BATCH = 50;
const MOST_OUTPUT = 2 ** 30;

/** This host's kernel as something to compare with, or what is missing for that. */
export type Oracle = { readonly run: OracleRun; readonly kernel: string } | { readonly missing: string };

/** Runs scenario texts; answers are the JSON lines of each. @throws Error when the program fails */
export type OracleRun = (texts: readonly string[]) => string[][];

const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The oracle program (native/scenario), compiled with cc into a cache folder when it is not there yet. Needs Linux,
 * root (page frame numbers) and a C compiler.
 */
export function findOracle(): Oracle {
  if (process.platform !== 'linux') return { missing: `a Linux kernel (this is ${process.platform})` };
  if (process.getuid?.() !== 0) return { missing: 'root: page frame numbers are shown to root only' };
  const sources = join(packageRoot, 'native', 'scenario');
  if (!existsSync(sources)) return { missing: `the sources of the oracle (${sources})` };
  const compiled = compile(sources);
  if ('missing' in compiled) return compiled;
  const kernel = release();
  return { kernel, run: (texts) => batches(texts).flatMap((batch) => runBatch(compiled.program, batch)) };
}

function compile(sources: string): { program: string } | { missing: string } {
  const files = readdirSync(sources).filter((name) => /\.[ch]$/.test(name));
  const hash = createHash('sha256');
  for (const name of files.sort()) hash.update(name).update(readFileSync(join(sources, name)));
  const folder = join(tmpdir(), `pagewalk-oracle-${hash.digest('hex').slice(0, 16)}`);
  const program = join(folder, 'scenario-oracle');
  if (existsSync(program)) return { program };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${program}.${process.pid}`;
  const inputs = files.filter((name) => name.endsWith('.c')).map((name) => join(sources, name));
  const built = spawnSync('cc', ['-O2', '-o', unfinished, ...inputs], { encoding: 'utf8' });
  if (built.error) return { missing: 'a C compiler (cc)' };
  if (built.status !== 0) return { missing: `a C compiler that builds ${sources}:\n${built.stderr.trim()}` };
  renameSync(unfinished, program);
  return { program };
}

function batches(texts: readonly string[]): (readonly string[])[] {
  const all: (readonly string[])[] = [];
  for (let i = 0; i < texts.length; i += BATCH) all.push(texts.slice(i, i + BATCH));
  return all;
}

function runBatch(program: string, texts: readonly string[]): string[][] {
  const input = texts.map((text, i) => `%% ${i}\n${text}${text.endsWith('\n') ? '' : '\n'}`).join('');
  const ran = spawnSync(program, ['-'], { input, encoding: 'utf8', maxBuffer: MOST_OUTPUT });
  if (ran.error) throw ran.error;
  const blocks: string[][] = [];
  for (const line of ran.stdout.split('\n')) {
    if (line.startsWith('{"scenario":')) blocks.push([]);
    else if (line !== '') blocks.at(-1)?.push(line);
  }
  if (ran.status !== 0)
    throw new OracleFailure(ran.stderr.trim() || `${basename(program)} ended with ${ran.status}`);
  return blocks;
}

/** The program ran into something that this machine lacks, or failed. */
export class OracleFailure extends Error {}

/** The answers recorded from a real kernel for a named scenario, and which kernel that was. */
export function recordedAnswers(path: string): { kernel: string; lines: string[] } | undefined {
  const name = basename(path).replace(/\.scn$/, '');
  const file = join(packageRoot, 'test', 'fixtures', 'scenarios', 'answers', `${name}.jsonl`);
  if (!existsSync(file)) return undefined;
  const [header, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  return { kernel: (JSON.parse(header!) as { kernel: string }).kernel, lines };
}
