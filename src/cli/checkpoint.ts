import { readFile, stat } from 'node:fs/promises';
import type { Argv } from 'yargs';
import { InputError } from '../core/errors.ts';
import { Checkpoints } from '../sim/checkpoint/checkpoints.ts';
import { MAX_CHECKPOINT_BYTES } from '../sim/checkpoint/file.ts';
import { identityOf } from '../sim/checkpoint/identity.ts';
import type { CheckpointPlan, RunOptions, Simulation } from '../sim/run.ts';
import type { TraceSource } from '../trace/source.ts';
import { fromSystemError } from './errors.ts';
import { AtomicFile, checkWritable, removeLeftovers } from './output.ts';
import { packageVersion } from './version.ts';

/** Accesses between two checkpoints unless --every says otherwise: some seconds of a run. */
const EVERY = 100_000_000;

export interface CheckpointArguments {
  readonly checkpoint: string | undefined;
  readonly every: number | undefined;
  readonly resume: string | undefined;
}

/** The options of `run` that make and use checkpoints. */
export function withCheckpoints<T>(yargs: Argv<T>): Argv<T & CheckpointArguments> {
  return yargs
    .option('checkpoint', {
      type: 'string',
      requiresArg: true,
      describe: 'keep the state of the run in this file, so that it can be resumed if it is ended',
    })
    .option('every', {
      type: 'number',
      requiresArg: true,
      describe: `accesses between two checkpoints (default ${EVERY.toLocaleString('en-US')})`,
    })
    .option('resume', {
      type: 'string',
      requiresArg: true,
      describe: 'go on from this checkpoint; the other options as in the run that made it',
    });
}

export function usesCheckpoints({ checkpoint, resume }: CheckpointArguments): boolean {
  return checkpoint !== undefined || resume !== undefined;
}

/**
 * What can be said before the trace is opened.
 * @throws InputError when the options contradict each other or the file cannot be written
 */
export async function checkCheckpoints(
  options: CheckpointArguments,
  trace: string,
  { policy }: RunOptions,
): Promise<void> {
  const { checkpoint, every } = options;
  if (every !== undefined && checkpoint === undefined)
    throw new InputError('--every says how often, but not where', { remedy: 'add --checkpoint FILE' });
  if (every !== undefined && !(Number.isSafeInteger(every) && every > 0))
    throw new InputError(`--every takes a number of accesses, not '${every}'`, {
      remedy: `for example --every ${EVERY}`,
    });
  if (!usesCheckpoints(options)) return;
  if (trace === '-') throw readOnce(trace);
  if (policy?.hooks)
    throw new InputError('a policy module may keep state of its own, which no checkpoint holds', {
      remedy: 'run it without --checkpoint and --resume',
    });
  if (checkpoint === undefined) return;
  await checkWritable(checkpoint);
  await removeLeftovers(checkpoint);
}

/**
 * Resumes the simulation if that is asked for; how it is to be saved from then on.
 * @param simulation just made, of `run` options
 * @throws InputError when the checkpoint to resume from is damaged, of another run, or not there
 */
export async function startCheckpoints(
  { checkpoint, every = EVERY, resume }: CheckpointArguments,
  simulation: Simulation,
  source: TraceSource,
  run: RunOptions,
): Promise<CheckpointPlan | undefined> {
  if (source.info.bytes === null) throw readOnce(source.info.path);
  const identity = await identityOf(simulation, source, run, packageVersion());
  const checkpoints = new Checkpoints(simulation, identity);
  if (resume !== undefined) checkpoints.load(await readCheckpoint(resume), resume);
  if (checkpoint === undefined) return undefined;
  const command = ['pagewalk', ...process.argv.slice(2)].join(' ');
  return { every, save: (accesses) => writeCheckpoint(checkpoint, checkpoints.save(accesses, command)) };
}

async function readCheckpoint(path: string): Promise<Buffer> {
  try {
    const status = await stat(path);
    if (!status.isFile()) throw new InputError('a checkpoint is a regular file', { place: path });
    if (status.size > MAX_CHECKPOINT_BYTES)
      throw new InputError('the file is larger than any checkpoint', { place: path });
    return await readFile(path);
  } catch (error) {
    throw error instanceof InputError ? error : (fromSystemError(error, path) ?? error);
  }
}

async function writeCheckpoint(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  if (pieces.reduce((sum, { length }) => sum + length, 0) > MAX_CHECKPOINT_BYTES)
    throw new InputError('the state of the run has become larger than a checkpoint can be (2 GiB)', {
      place: path,
      remedy: 'run it without --checkpoint',
    });
  const file = await AtomicFile.create(path);
  try {
    for (const piece of pieces) await file.write(piece);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

function readOnce(path: string): InputError {
  return new InputError('what can be read only once cannot be resumed', {
    place: path === '-' ? 'standard input' : path,
    remedy: 'keep the trace in a file first: pagewalk trace convert - -o trace.pwt',
  });
}
