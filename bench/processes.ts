import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProcessCost, runBareNode, runOurs } from './our-process.ts';
import { type RepeatedTrace, realText } from './repeated-trace.ts';
import { best, type Row } from './row.ts';

const ROUNDS = 4;
const TLBS = ['--machine', 'tlb-64e4w-1536e12w'];
const LINUX = ['--machine', 'skylake', '--kernel', 'linux'];
const DATA = ['--set', 'dataThroughCaches=true'];
/** 20 M and 100 M accesses, from about one million of them. */
export const REPEATS = 20;
const LONG_REPEATS = 100;

/** Whole runs as a user starts them, in million accesses a second of wall clock, start-up included. */
export async function processRows(trace: RepeatedTrace): Promise<Row[]> {
  const million = `${(trace.accesses / 1e6).toFixed(0)} M`;
  return [
    await rateRow(`run ${million}, native trace, TLBs only`, trace.accesses, [trace.pwt, ...TLBS], 40),
    await rateRow(`run ${million}, lackey text, TLBs only`, trace.accesses, [trace.lackey, ...TLBS], 25),
    await rateRow(
      `run ${million}, Linux, PTE reads through caches`,
      trace.accesses,
      [trace.pwt, ...LINUX],
      25,
    ),
    await rateRow(`the same, data through caches too`, trace.accesses, [trace.pwt, ...LINUX, ...DATA], 10),
    await startRow(),
    await memoryRow(),
  ];
}

async function rateRow(name: string, accesses: number, args: readonly string[], goal: number): Promise<Row> {
  const { least, spread } = best(await milliseconds(() => runOurs(['run', ...args])));
  const figure = accesses / least / 1000;
  return { name, ours: `${figure.toFixed(1)} M/s`, reference: '', figure, goal, better: 'higher', spread };
}

/** From the shell to the printed result of a trace of a few accesses. */
async function startRow(): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'pagewalk-bench-'));
  const tiny = join(folder, 'tiny.lackey');
  writeFileSync(tiny, ' L 1000,8\n S 2000,8\n');
  const { least, spread } = best(await milliseconds(() => runOurs(['run', tiny])));
  rmSync(folder, { recursive: true });
  const bare = Math.min(...(await milliseconds(runBareNode)));
  return {
    name: 'run of a tiny trace, start-up to result',
    ours: `${least.toFixed(0)} ms`,
    reference: `${bare.toFixed(0)} ms (node)`,
    figure: least,
    goal: 150,
    better: 'lower',
    spread,
  };
}

/** Peak memory of 1 M accesses and of a hundred times that, through a pipe. */
async function memoryRow(): Promise<Row> {
  const text = realText();
  const repeated = (times: number) => Array.from({ length: times }, () => text);
  const short = await runOurs(['run', '-'], [text]);
  const long = await runOurs(['run', '-'], repeated(LONG_REPEATS));
  return {
    name: `peak memory, ${LONG_REPEATS} M accesses (reference: 1 M)`,
    ours: `${long.peakMiB.toFixed(0)} MiB`,
    reference: `${short.peakMiB.toFixed(0)} MiB`,
    figure: long.peakMiB,
    goal: 200,
    better: 'lower',
    spread: 1,
  };
}

async function milliseconds(run: () => Promise<ProcessCost>): Promise<number[]> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push((await run()).milliseconds);
  return rounds;
}
