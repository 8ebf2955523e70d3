import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, nearest } from '../../core/errors.ts';
import type { Machine } from './machine.ts';
import { parseMachineText } from './parse.ts';
import { resolveMachine } from './resolve.ts';
import type { MachineInput } from './schema.ts';
import { childOf, merge, nodeOf, plain, type TreeNode, without, withValue } from './tree.ts';

/** The presets lie beside src/ and dist/ alike, in the repository and in the installed package. */
const PRESETS = fileURLToPath(new URL('../../../machines/', import.meta.url));

/** More than any machine file needs; anything larger is not one. */
const MAX_FILE_BYTES = 1 << 20;

export interface LoadedMachine {
  readonly machine: Machine;
  /** What it was resolved from, with places and origins: for explain.ts. */
  readonly tree: TreeNode;
}

/**
 * The machine of a preset name or a file, with `--set` arguments applied.
 *
 * @param settings `key=value` each, applied in order
 * @throws InputError for anything wrong with the name, the file, the settings or the machine
 */
export async function loadMachine(
  nameOrFile: string,
  settings: readonly string[] = [],
): Promise<LoadedMachine> {
  const file = locate(nameOrFile, process.cwd());
  const tree = readTree(file, []);
  // The tests check every preset against the schema, so an unchanged one starts without loading zod.
  if (settings.length === 0 && dirname(file) === resolve(PRESETS))
    return { machine: resolveMachine(tree, plain(tree) as MachineInput), tree };
  const { validateTree } = await import('./validate.ts');
  const input = validateTree(tree);
  if (settings.length === 0) return { machine: resolveMachine(tree, input), tree };
  const { applyOverrides } = await import('./override.ts');
  const changed = applyOverrides(tree, settings);
  return { machine: resolveMachine(changed, validateTree(changed)), tree: changed };
}

/** Names of the presets, alphabetically. */
export function presetNames(): string[] {
  return readdirSync(PRESETS)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
}

/** A path stays a path (from `directory`); a bare word is a preset before it is a file. */
function locate(nameOrFile: string, directory: string): string {
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

/** Reads a file and, through `extends`, what it starts from. `above` are the files that led here. */
function readTree(file: string, above: readonly string[]): TreeNode {
  if (above.includes(file))
    throw new InputError(`machine files extend each other in a circle`, {
      place: [...above, file].join(' -> '),
      remedy: 'let one of them stand by itself',
    });
  const tree = parseMachineText(readText(file), shortName(file));
  const named = childOf(tree, 'name')
    ? tree
    : withValue(
        tree,
        ['name'],
        nodeOf(basename(file).replace(/\.ya?ml$/, ''), tree.place, {
          source: 'file name',
          confidence: 'default',
        }),
      );
  const base = childOf(named, 'extends');
  if (!base) return named;
  const from = String(base.value);
  const below = locateBase(from, file, base.place);
  return merge(readTree(below, [...above, file]), without(named, ['extends']));
}

function locateBase(name: string, file: string, place: string): string {
  try {
    return locate(name, dirname(file));
  } catch (error) {
    if (error instanceof InputError)
      throw new InputError(`extends: ${error.message}`, {
        place,
        ...(error.remedy !== undefined && { remedy: error.remedy }),
      });
    throw error;
  }
}

function readText(file: string): string {
  const status = statSync(file);
  if (status.isDirectory())
    throw new InputError('a machine file was expected, and this is a directory', {
      place: file,
      remedy: 'name a file in it',
    });
  if (status.size > MAX_FILE_BYTES)
    throw new InputError(`${status.size} bytes are too many for a machine file`, {
      place: file,
      remedy: 'is it the trace? Give that as TRACE, and the machine with --machine',
    });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof TypeError)
      throw new InputError('a machine file is UTF-8 text, and this is not', { place: file });
    throw error;
  }
}

/** Presets go by `machines/NAME.yaml` in messages, wherever they are installed. */
function shortName(file: string): string {
  return file.startsWith(resolve(PRESETS)) ? join('machines', relative(PRESETS, file)) : file;
}
