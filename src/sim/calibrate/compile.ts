import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../core/errors.ts';

const SOURCES = fileURLToPath(new URL('../../../native/calibrate/', import.meta.url));

/**
 * The probe's executable, compiled with `cc -O2` the first time and whenever its sources or the compiler's name
 * change; kept in the user's cache folder.
 * @returns its path
 * @throws InputError without Linux or a C compiler, or when it does not compile
 */
export function compileProbe(): string {
  if (process.platform !== 'linux')
    throw new InputError(`calibration measures the Linux kernel, and this is ${process.platform}`, {
      remedy: 'run it on a Linux machine; a preset written there can be used here',
    });
  const files = readdirSync(SOURCES)
    .filter((name) => /\.[ch]$/.test(name))
    .sort();
  const compiler = process.env.CC ?? 'cc';
  const digest = createHash('sha256').update(compiler);
  for (const name of files) digest.update(name).update(readFileSync(join(SOURCES, name)));
  const folder = cacheFolder();
  const target = join(folder, `calibrate-probe-${digest.digest('hex').slice(0, 16)}`);
  if (!isFile(target)) compile(compiler, files, target);
  return target;
}

function compile(compiler: string, files: readonly string[], target: string): void {
  const sources = files.filter((name) => name.endsWith('.c')).map((name) => join(SOURCES, name));
  const temporary = `${target}.${process.pid}.tmp`;
  const { error, status, stderr } = spawnSync(compiler, ['-O2', '-o', temporary, ...sources], {
    encoding: 'utf8',
  });
  if (error)
    throw new InputError(`the C compiler '${compiler}' cannot be run`, {
      remedy: 'install one (apt-get install gcc, dnf install gcc), or name one: CC=clang pagewalk calibrate',
    });
  if (status !== 0) {
    rmSync(temporary, { force: true });
    throw new InputError(`the measuring program does not compile: ${firstLine(stderr)}`, {
      place: SOURCES,
      remedy: `'${compiler}' must be able to build C programs for Linux; is the C library's development package installed?`,
    });
  }
  renameSync(temporary, target);
}

function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  for (const folder of [join(base, 'pagewalk'), join(tmpdir(), `pagewalk-${process.getuid?.() ?? 0}`)]) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return folder;
    } catch {
      // A read-only home is no reason to stop: the next one.
    }
  }
  throw new InputError('there is no folder to keep the measuring program in', {
    remedy: 'set XDG_CACHE_HOME to a folder that can be written',
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function firstLine(text: string): string {
  return (
    text.split('\n').find((line) => /error/i.test(line)) ??
    (text.trim().split('\n')[0] || 'the compiler gives no reason')
  );
}
