import { existsSync, readdirSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, nearest } from '../../core/errors.ts';

/** The presets lie beside src/ and dist/ alike, in the repository and in the installed package. */
const PRESETS = resolve(fileURLToPath(new URL('../../../policies/', import.meta.url)));

/** Names of the presets, alphabetically. */
export function policyNames(): string[] {
  return readdirSync(PRESETS)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
}

/**
 * The file of a policy: a bare word is a preset before it is a file; a path stays a path (from `directory`).
 *
 * @throws InputError when there is neither, naming the nearest preset
 */
export function locatePolicy(nameOrFile: string, directory: string): string {
  const isWord = /^[A-Za-z0-9_.-]+$/.test(nameOrFile);
  const preset = join(PRESETS, `${nameOrFile}.yaml`);
  if (isWord && existsSync(preset)) return preset;
  const file = resolve(directory, nameOrFile);
  if (existsSync(file)) return file;
  if (!isWord || /\.(ya?ml|[cm]?[jt]s)$/.test(nameOrFile))
    throw new InputError(`no policy file '${nameOrFile}'`, {
      place: file,
      remedy: 'check the path; `pagewalk policies` lists the presets',
    });
  const guess = nearest(nameOrFile, policyNames());
  throw new InputError(`no policy is called '${nameOrFile}'`, {
    remedy: guess ? `did you mean '${guess}'?` : `the presets are ${policyNames().join(', ')}`,
  });
}

/** Files of the presets go by `policies/NAME.yaml`, wherever they are installed; others by their path. */
export function shortPolicyName(file: string): string {
  return file.startsWith(PRESETS) ? join('policies', relative(PRESETS, file)) : file;
}
