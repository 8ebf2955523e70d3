import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, nearest } from '../../core/errors.ts';

/** The presets lie beside src/ and dist/ alike, in the repository and in the installed package. */
const PRESETS = resolve(fileURLToPath(new URL('../../../machines/', import.meta.url)));

/** Names of the presets, alphabetically. */
export function presetNames(): string[] {
  return readdirSync(PRESETS)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
}

/**
 * The file of a machine: a path stays a path (from `directory`); a bare word is a preset before it is a file.
 *
 * @throws InputError when there is neither, naming the nearest preset
 */
export function locateMachine(nameOrFile: string, directory: string): string {
  const preset = join(PRESETS, `${nameOrFile}.yaml`);
  const isWord = /^[A-Za-z0-9_.-]+$/.test(nameOrFile);
  if (isWord && existsSync(preset)) return preset;
  const file = resolve(directory, nameOrFile);
  if (existsSync(file)) return file;
  if (!isWord || /\.ya?ml$/.test(nameOrFile))
    throw new InputError(`no machine file '${nameOrFile}'`, {
      place: file,
      remedy: 'check the path; `pagewalk machines` lists the presets',
    });
  const guess = nearest(nameOrFile, presetNames());
  throw new InputError(`no machine is called '${nameOrFile}'`, {
    remedy: guess ? `did you mean '${guess}'?` : `the presets are ${presetNames().join(', ')}`,
  });
}

/** True for a file that is a preset of its own (not one that presets share). */
export function isPreset(file: string): boolean {
  return dirname(file) === PRESETS;
}

/** Files of the presets go by `machines/NAME.yaml`, wherever they are installed; others by their path. */
export function shortName(file: string): string {
  return file.startsWith(PRESETS) ? join('machines', relative(PRESETS, file)) : file;
}

/** The inverse of {@link shortName} for files of the presets. */
export function presetFile(name: string): string {
  return join(PRESETS, '..', name);
}
