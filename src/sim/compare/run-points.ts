import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { InputError } from '../../core/errors.ts';
import { inputError } from '../../trace/node/ahead/messages.ts';
import type { RunResult } from '../result.ts';
import type { FromThread, ThreadTask } from './messages.ts';
import { openOrigin } from './origin.ts';
import { runPoint } from './point.ts';

export interface RunPointsOptions {
  /** Runs at the same time, from 1. */
  readonly jobs: number;
  /** Called after each run. */
  readonly onDone?: (done: number) => void;
  /** What a user calls a point, for errors. */
  readonly nameOf: (point: number) => string;
  /** Of the threads: without it thread.js, which the build makes of thread.ts. */
  readonly script?: URL;
}

/** A development loader does not reach into threads: without a build the points run one after another. */
const THREAD = new URL('./thread.js', import.meta.url);

/**
 * Runs every point over the trace. Results stand in the order of the points and do not depend on how many run at once.
 * @throws InputError of a point that fails, with its name; runs under way are given up
 */
export async function runPoints(task: ThreadTask, options: RunPointsOptions): Promise<RunResult[]> {
  const { script = THREAD } = options;
  const jobs = Math.min(options.jobs, task.points.length);
  const onThreads = jobs > 1 && existsSync(script);
  return onThreads ? runOnThreads(task, jobs, script, options) : runInTurn(task, options);
}

async function runInTurn({ origin, points, version }: ThreadTask, options: RunPointsOptions) {
  const results: RunResult[] = [];
  for (const [i, point] of points.entries()) {
    try {
      results.push(await runPoint(point, await openOrigin(origin), version));
    } catch (error) {
      throw error instanceof InputError ? named(error, options.nameOf(i)) : error;
    }
    options.onDone?.(results.length);
  }
  return results;
}

async function runOnThreads(
  task: ThreadTask,
  jobs: number,
  script: URL,
  options: RunPointsOptions,
): Promise<RunResult[]> {
  const results: RunResult[] = [];
  let next = 0;
  let done = 0;
  const threads = Array.from({ length: jobs }, () => new Worker(script, { workerData: task }));
  const work = (thread: Worker) =>
    new Promise<void>((resolve, reject) => {
      const goOn = () => (next < task.points.length ? thread.postMessage(next++) : resolve());
      thread.on('message', (message: FromThread) => {
        if (message.kind === 'failed') {
          reject(named(inputError(message.error), options.nameOf(message.point)));
          return;
        }
        results[message.point] = message.result;
        options.onDone?.(++done);
        goOn();
      });
      thread.on('error', (error) => reject(threadError(error)));
      thread.on('exit', () => reject(new Error('a thread of the comparison ended early')));
      goOn();
    });
  try {
    await Promise.all(threads.map(work));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
  return results;
}

function named({ message, place, remedy }: InputError, point: string): InputError {
  return new InputError(`${point}: ${message}`, {
    ...(place !== undefined && { place }),
    ...(remedy !== undefined && { remedy }),
  });
}

function threadError(error: Error): Error {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  return new InputError('not enough memory for so many runs at once', { remedy: 'try --jobs 1' });
}
