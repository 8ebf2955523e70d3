import type * as z from 'zod';
import { InputError, nearest } from '../../core/errors.ts';
import { MachineKeys } from './keys.ts';
import { type MachineInput, machineSchema } from './schema.ts';
import { shownPath } from './shown-path.ts';
import { isMapping, nearestNode, plain, type TreeNode } from './tree.ts';

/**
 * Checks each value of a machine file by itself.
 *
 * @throws InputError for the first bad one: its path, where it was written, what was expected
 */
export function validateTree(tree: TreeNode): MachineInput {
  const parsed = machineSchema.safeParse(plain(tree));
  if (parsed.success) return parsed.data;
  throw explained(tree, parsed.error.issues[0]!);
}

function explained(tree: TreeNode, issue: z.core.$ZodIssue): InputError {
  const path = issue.path.map(String);
  const { node, exact } = nearestNode(tree, path);
  if (issue.code === 'unrecognized_keys') return unknownKey(tree, path, issue.keys[0]!);
  if (!exact)
    return new InputError(`${path.join('.')} is missing`, {
      place: node.place,
      remedy: 'docs/machines.md lists the keys; `extends: NAME` takes all of them from a preset',
    });
  const shown = shownPath(plain(tree), path);
  const expected = issue.message.replace(/^(Invalid input|Invalid option|Too small|Too big): /, '');
  const got = isMapping(node) ? 'a mapping' : JSON.stringify(plain(node));
  return new InputError(`${shown} is ${got}: ${expected.replace(/"/g, "'").replaceAll('|', ', ')}`, {
    place: node.place,
    remedy: 'docs/machines.md explains the key',
  });
}

function unknownKey(tree: TreeNode, path: string[], key: string): InputError {
  const allowed = new MachineKeys().in(tree, path) ?? [];
  const guess = nearest(key, allowed);
  return new InputError(`unknown key '${[...path, key].join('.')}'`, {
    place: nearestNode(tree, [...path, key]).node.place,
    remedy: guess
      ? `did you mean '${[...path, guess].join('.')}'?`
      : `${path.length > 0 ? path.join('.') : 'a machine'} has ${allowed.join(', ')}`,
  });
}
