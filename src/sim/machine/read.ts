import { basename, dirname } from 'node:path';
import { InputError } from '../../core/errors.ts';
import type { Machine } from './machine.ts';
import { parseMachineText } from './parse.ts';
import { isPreset, locateMachine, readMachineFile, shortName } from './preset-files.ts';
import { resolveMachine } from './resolve.ts';
import type { MachineInput } from './schema.ts';
import { childOf, merge, nodeOf, plain, type TreeNode, without, withValue } from './tree.ts';

export interface SourcedMachine {
  readonly machine: Machine;
  /** What it was resolved from, with places and origins: for explain.ts. */
  readonly tree: TreeNode;
  /** The files it was read from: its own and those it extends. */
  readonly files: readonly string[];
}

/**
 * Reads a machine with where its constants come from, `--set` arguments applied.
 *
 * @param nameOrFile a preset or a path
 * @param settings `key=value` each, applied in order
 * @throws InputError for anything wrong with the name, the file, the settings or the machine
 */
export async function readMachine(
  nameOrFile: string,
  settings: readonly string[] = [],
): Promise<SourcedMachine> {
  const file = locateMachine(nameOrFile, process.cwd());
  const files: string[] = [];
  const tree = readTree(file, files);
  // The tests check every preset against the schema, so an unchanged one is read without loading zod.
  if (settings.length === 0 && isPreset(file))
    return { machine: resolveMachine(tree, plain(tree) as MachineInput), tree, files };
  const { validateTree } = await import('./validate.ts');
  const input = validateTree(tree);
  if (settings.length === 0) return { machine: resolveMachine(tree, input), tree, files };
  const { applyOverrides } = await import('./override.ts');
  const changed = applyOverrides(tree, settings);
  return { machine: resolveMachine(changed, validateTree(changed)), tree: changed, files };
}

/** Reads a file and, through `extends`, what it starts from; adds what was read to `files`, in order. */
function readTree(file: string, files: string[]): TreeNode {
  if (files.includes(file))
    throw new InputError(`machine files extend each other in a circle`, {
      place: [...files, file].join(' -> '),
      remedy: 'let one of them stand by itself',
    });
  files.push(file);
  const tree = parseMachineText(readMachineFile(file), shortName(file));
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
  return merge(readTree(below, files), without(named, ['extends']));
}

function locateBase(name: string, file: string, place: string): string {
  try {
    return locateMachine(name, dirname(file));
  } catch (error) {
    if (error instanceof InputError)
      throw new InputError(`extends: ${error.message}`, {
        place,
        ...(error.remedy !== undefined && { remedy: error.remedy }),
      });
    throw error;
  }
}
