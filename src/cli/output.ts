import { once } from 'node:events';
import type { Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../core/errors.ts';
import { fromSystemError } from './errors.ts';
import { addUnfinished, removeUnfinished } from './unfinished.ts';

/** Writes to standard output, at the reader's pace. A closed pipe ends the process (process-events.ts). */
export async function print(text: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** Columns of the terminal; `otherwise` where the output goes to a file or another program. */
export function terminalWidth(otherwise: number): number {
  return process.stdout.columns ?? otherwise;
}

/**
 * Writes an output whole or not at all: a temporary file in the same folder, renamed when complete. `-` is standard
 * output; a device or pipe (/dev/null, /dev/stdout, a FIFO) is written straight.
 *
 * @throws InputError when the folder is missing, the path is a folder, permission or space is lacking
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  if (path === '-') return print(data);
  const file = await AtomicFile.create(path);
  try {
    await file.write(data);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/**
 * Says before a long run what {@link writeFileAtomic} would say after it: nothing is left behind and nothing changed.
 *
 * @throws InputError as writeFileAtomic
 */
export async function checkWritable(path: string): Promise<void> {
  if (path === '-') return;
  const status = await statIfThere(path);
  if (status && !status.isFile() && !status.isDirectory()) return;
  await (await AtomicFile.create(path)).discard();
}

/**
 * Takes away what a process that was killed while it wrote this output has left beside it.
 *
 * @param path of an output that can be written ({@link checkWritable})
 */
export async function removeLeftovers(path: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const folder = dirname(target);
  const prefix = `.${basename(target)}.`;
  for (const name of await readdir(folder)) {
    const writer = name.startsWith(prefix) ? /^(\d+)\.\d+\.tmp$/.exec(name.slice(prefix.length)) : null;
    if (writer && !isAlive(Number(writer[1]))) await rm(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

let serial = 0;

/** An output that is written piece by piece and appears under its name only with {@link commit}. */
export class AtomicFile {
  readonly #path: string;
  readonly #target: string;
  /** Null when the target is no regular file and is written straight. */
  readonly #temporary: string | null;
  readonly #handle: FileHandle;
  #open = true;

  private constructor(path: string, target: string, temporary: string | null, handle: FileHandle) {
    this.#path = path;
    this.#target = target;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /** @throws InputError when nothing can be written there */
  static async create(path: string): Promise<AtomicFile> {
    const existing = await statIfThere(path);
    if (existing?.isDirectory())
      throw new InputError('the output is a folder', { place: path, remedy: 'name a file in it' });
    try {
      if (existing && !existing.isFile()) return new AtomicFile(path, path, null, await open(path, 'w'));
      // A link stays a link: what it points to is replaced.
      const target = existing ? await realpath(path) : await danglingTarget(path);
      const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.${++serial}.tmp`);
      const handle = await open(temporary, 'wx', existing ? existing.mode & 0o777 : 0o666);
      addUnfinished(temporary);
      return new AtomicFile(path, target, temporary, handle);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  async write(data: string | Uint8Array): Promise<void> {
    try {
      await this.#handle.appendFile(data);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  /** The output is complete: makes it appear. */
  async commit(): Promise<void> {
    try {
      if (this.#temporary !== null) await this.#handle.sync();
      await this.#close();
      if (this.#temporary === null) return;
      await rename(this.#temporary, this.#target);
      removeUnfinished(this.#temporary);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  /** Gives the output up; what was there before stays. Harmless after {@link commit}. */
  async discard(): Promise<void> {
    await this.#close().catch(() => undefined);
    if (this.#temporary === null) return;
    await rm(this.#temporary, { force: true });
    removeUnfinished(this.#temporary);
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close();
  }
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cannotWrite(path, error);
  }
}

/** Nothing is at `path` itself; a link that points to nothing yet is refused rather than guessed at. */
async function danglingTarget(path: string): Promise<string> {
  const link = await lstat(path).catch(() => undefined);
  if (link)
    throw new InputError('the output is a symbolic link to nothing', {
      place: path,
      remedy: 'remove the link, or make what it points to',
    });
  return path;
}

function cannotWrite(path: string, error: unknown): unknown {
  if (error instanceof InputError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT')
    return new InputError('the folder of the output does not exist', {
      place: path,
      remedy: `make it first: mkdir -p ${dirname(path)}`,
    });
  const known = fromSystemError(error, path);
  return known
    ? new InputError(`cannot write: ${known.message}`, { place: path, remedy: known.remedy! })
    : error;
}
