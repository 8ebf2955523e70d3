import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** From the repository, where npm runs scripts: the C sources are not compiled along with bench/. */
export const REFERENCE = 'bench/reference';

/** A compiled C program in a folder of its own. */
export interface CProgram {
  readonly path: string;
  readonly remove: () => void;
}

/**
 * Compiles files of bench/reference with the host's C compiler.
 * @param libraries for the linker: `m`, `z`
 * @throws Error with what the compiler said
 */
export function compileC(files: readonly string[], libraries: readonly string[]): CProgram {
  const folder = mkdtempSync(join(tmpdir(), 'pagewalk-bench-'));
  const path = join(folder, 'program');
  const sources = files.map((file) => join(REFERENCE, file));
  const linked = libraries.map((library) => `-l${library}`);
  const compiled = spawnSync('cc', ['-O3', '-march=native', '-o', path, ...sources, ...linked], {
    encoding: 'utf8',
  });
  if (compiled.status !== 0) {
    rmSync(folder, { recursive: true });
    throw new Error(`${files.join(' ')} does not compile: ${compiled.stderr ?? compiled.error}`);
  }
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}

/** Runs a compiled program that prints JSON. @throws Error when it fails */
export function runC<Result>({ path }: CProgram, args: readonly string[]): Result {
  const run = spawnSync(path, args, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`the C program failed: ${run.stderr}`);
  return JSON.parse(run.stdout) as Result;
}
