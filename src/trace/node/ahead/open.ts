import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { TraceSource } from '../../source.ts';
import { type OpenOptions, openTrace } from '../open.ts';
import { openAhead, THREAD } from './source.ts';

/** Smaller files are decoded before a thread has begun. */
const WORTH_A_THREAD = 1 << 20;

/**
 * Opens a trace for whoever works on its chunks as long as decoding takes, as a run does: a large file is decoded
 * on a thread beside it where the host has a second core and pagewalk is built, anything else (and standard input) as {@link openTrace} does.
 * The chunks are the same.
 * @throws InputError as openTrace
 */
export async function openBeside(path: string, options: OpenOptions = {}): Promise<TraceSource> {
  const large = path !== '-' && (await storedBytes(path)) >= WORTH_A_THREAD;
  const possible = availableParallelism() > 1 && existsSync(THREAD);
  return large && possible ? openAhead(path, options, THREAD) : openTrace(path, options);
}

/** 0 for what is no regular file, or none at all: opening it says so. */
async function storedBytes(path: string): Promise<number> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : 0;
  } catch {
    return 0;
  }
}
