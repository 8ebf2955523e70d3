import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, type FSWatcher, readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { Rng } from '../../src/core/rng.ts';
import { decodeCheckpoint } from '../../src/sim/checkpoint/file.ts';
import { PROGRAM } from '../cli/own-process.ts';

const CHECKPOINT = 'state.checkpoint';
/** Milliseconds. */
const LATEST_DEATH = 300;

export interface KillLoop {
  /** Where trace.pwt is; results and the checkpoint come here too. */
  readonly folder: string;
  readonly every: number;
  readonly kills: number;
  /** Of the moments of death. */
  readonly seed: number;
}

export interface Survival {
  readonly kills: number;
  /** Times that a run went on from a checkpoint. */
  readonly resumed: number;
  /** Times that death came while a checkpoint was being written. */
  readonly halfWritten: number;
  readonly result: string;
}

/** Starts pagewalk in a process of its own, as a user does. */
export function startProgram(args: readonly string[], folder: string) {
  return spawn(process.execPath, [...PROGRAM, ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/**
 * Kills a run over and over (SIGKILL), each time going on from its checkpoint, and lets the last one finish.
 * @throws Error when a file is damaged or half-written, or when anything older than the last checkpoint was lost
 */
export async function survive({ folder, every, kills, seed }: KillLoop): Promise<Survival> {
  const rng = new Rng(seed);
  const checkpoint = join(folder, CHECKPOINT);
  const result = join(folder, 'result.json');
  const args = ['run', 'trace.pwt', '--json', result, '--checkpoint', checkpoint, '--every', String(every)];
  let resumed = 0;
  let halfWritten = 0;
  let reached = 0;
  let killed = 0;
  while (true) {
    const going = existsSync(checkpoint);
    if (going) resumed++;
    const child = startProgram(going ? [...args, '--resume', checkpoint] : args, folder);
    const end = once(child, 'exit') as Promise<[number | null]>;
    const killer = killed < kills ? killOnceItWrites(child, folder, rng.below(LATEST_DEATH)) : undefined;
    const [code] = await end;
    killer?.close();
    if (code !== null && code !== 0) throw new Error(`exit code ${code}`);
    if (code === 0 && killed >= kills) break;
    if (existsSync(result)) {
      // It had its result before its killer came: from the beginning again.
      rmSync(checkpoint, { force: true });
      rmSync(result);
      reached = 0;
      continue;
    }
    killed++;
    const left = readdirSync(folder).filter((name) => name.endsWith('.tmp'));
    if (left.some((name) => name.includes('checkpoint'))) halfWritten++;
    if (left.length > 1) throw new Error(`what dead writers left is never taken away: ${left.join(', ')}`);
    const at = existsSync(checkpoint) ? accessesIn(checkpoint) : 0;
    if (at < reached) throw new Error(`the checkpoint went back from ${reached} to ${at} accesses`);
    reached = at;
  }
  return { kills: killed, resumed, halfWritten, result: readFileSync(result, 'utf8') };
}

/** Death comes `after` ms after a checkpoint was completed: between two, or in the midst of the next. */
function killOnceItWrites(child: ChildProcess, folder: string, after: number): FSWatcher {
  const watcher = watch(folder, (_, name) => {
    if (name !== CHECKPOINT) return;
    watcher.close();
    setTimeout(() => child.kill('SIGKILL'), after);
  });
  return watcher;
}

/** @throws InputError when the file is not whole */
function accessesIn(checkpoint: string): number {
  return decodeCheckpoint(readFileSync(checkpoint), checkpoint).header.accesses;
}
