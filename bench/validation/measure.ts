import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RunResult } from '../../src/sim/result.ts';
import { countNativeFaults } from '../../src/trace/node/record/native.ts';
import type { Program } from './programs.ts';

/** The command line of this tree, for Node, whatever the working directory. */
const PAGEWALK = [
  '--import',
  import.meta.resolve('tsx'),
  fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url)),
];
/** A server that has not been used and ended by then, under Valgrind on a busy machine, never will be. */
const CLIENT_MINUTES = 20;

/** One program: what was predicted from its recording, and what the kernel counted. */
export interface Comparison {
  readonly processes: number;
  readonly accesses: number;
  /** Minor and major: the model begins with a cold page cache, the kernel's is warm. */
  readonly predicted: number;
  readonly predictedByProcess: readonly number[];
  /** Of each native run, in order of size. */
  readonly counted: readonly number[];
  readonly median: number;
  /** Of the predicted against the median, in percent. */
  readonly error: number;
}

/**
 * Records a program with `pagewalk record --native`, replays the recording, and runs the program natively until there
 * are `runs` counts. The working directory is where its input is and where the trace comes to lie.
 * @throws Error when one of the commands fails
 */
export async function compare(program: Program, runs: number): Promise<Comparison> {
  const { command } = program;
  await shell(program.prepare ?? '');
  await withClient(program, 2, () => pagewalk(['record', '--native', '-o', 'trace.pwt', '--', ...command]));
  await pagewalk(['run', 'trace.pwt', '--json', 'result.json']);
  const { trace, faults, processes } = JSON.parse(readFileSync('result.json', 'utf8')) as RunResult;
  const counted = [trace.native!.minflt + trace.native!.majflt];
  while (counted.length < runs) {
    const { minor, major } = await withClient(program, 1, () => countNativeFaults(command));
    counted.push(minor + major);
  }
  counted.sort((a, b) => a - b);
  const median = counted[counted.length >> 1]!;
  const predicted = faults.minor + faults.major;
  return {
    processes: processes.length,
    accesses: trace.accesses,
    predicted,
    predictedByProcess: processes.map(({ minflt, majflt }) => minflt + majflt),
    counted,
    median,
    error: (100 * (predicted - median)) / median,
  };
}

async function withClient<T>({ client }: Program, times: number, work: () => Promise<T>): Promise<T> {
  if (client === undefined) return work();
  const using = (async () => {
    for (let i = 0; i < times; i++) await shell(client, AbortSignal.timeout(CLIENT_MINUTES * 60_000));
  })();
  const [result] = await Promise.all([work(), using]);
  return result;
}

function shell(script: string, signal?: AbortSignal): Promise<void> {
  return run('sh', ['-ec', script], signal);
}

function pagewalk(words: readonly string[]): Promise<void> {
  return run(process.execPath, [...PAGEWALK, ...words]);
}

async function run(program: string, words: readonly string[], signal?: AbortSignal): Promise<void> {
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], ...(signal && { signal }) });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint = (complaint + text.toString()).slice(-2000);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ${words.join(' ').slice(0, 200)}\n${complaint}`);
}
