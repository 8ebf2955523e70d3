import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Machine } from './machine.ts';
import { presetFile, shortName } from './preset-files.ts';

/** A preset resolved when the package was built, so that a run need not parse YAML. */
export interface PreparedMachine {
  /** Short names of the files it was made from, and the digest of their contents. */
  readonly files: readonly string[];
  readonly digest: string;
  readonly machine: Machine;
}

/** Written by scripts/build.js beside the compiled code; the sources run without it. */
const PREPARED = fileURLToPath(new URL('../../machines.json', import.meta.url));

/**
 * The machine of a preset's file as prepared; undefined when it was not, or when one of its files has changed since.
 *
 * @param table the prepared machines by short file name
 */
export function preparedMachine(file: string, table = PREPARED): Machine | undefined {
  try {
    const machines = JSON.parse(readFileSync(table, 'utf8')) as Record<string, PreparedMachine>;
    const prepared = machines[shortName(file)];
    const current = prepared && digestOf(prepared.files.map(presetFile)) === prepared.digest;
    return current ? prepared.machine : undefined;
  } catch {
    // Not built, or a file is gone: read.ts says what is wrong, if anything is.
    return undefined;
  }
}

/** SHA-256 over the contents of files, in order. */
export function digestOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}
