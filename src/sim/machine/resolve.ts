import { InputError } from '../../core/errors.ts';
import { machineProblems } from './check.ts';
import { complete } from './complete.ts';
import type { Machine } from './machine.ts';
import type { Problem } from './problem.ts';
import type { MachineInput } from './schema.ts';
import { shownPath } from './shown-path.ts';
import { isMapping, nearestNode, nodesOf, type TreeNode } from './tree.ts';

/**
 * The machine that a file (and `--set`) describes: defaults filled in, rules between keys checked.
 *
 * @param input the values of `tree`, valid one by one: what validate.ts returns
 * @throws InputError for a machine that cannot be built, at the place of the value to blame
 */
export function resolveMachine(tree: TreeNode, input: MachineInput): Machine {
  const machine = complete(input);
  const problems = [...machineProblems(machine)];
  const [first, ...others] = problems;
  if (!first) return machine;
  const describe = ({ path, message }: Problem) => `${shownPath(machine, path.split('.'))}: ${message}`;
  const more = others.map((problem) => `\n  also ${describe(problem)}`).join('');
  throw new InputError(`machine ${machine.name}: ${describe(first)}${more}`, {
    place: placeOf(tree, first.path),
    remedy: first.remedy,
  });
}

/** Where the value at fault was written. A `--set` beside it is to blame before the file; else all are named. */
function placeOf(tree: TreeNode, path: string): string {
  const keys = path.split('.');
  const { node } = nearestNode(tree, keys);
  const { node: parent } = nearestNode(tree, keys.slice(0, -1));
  const near = [node, ...(isMapping(parent) ? parent.value.values() : [])].find(isOverride);
  if (near) return near.place;
  const settings = new Set([...nodesOf(tree)].filter(isOverride).map(({ place }) => place));
  return [node.place, ...settings].join(', ');
}

function isOverride(node: TreeNode): boolean {
  return node.origin?.confidence === 'set';
}
