import type { Machine } from './machine.ts';
import { shownPath } from './shown-path.ts';
import { nearestNode, type Origin, type TreeNode } from './tree.ts';

/** One constant of a machine and what it rests on. */
export interface ExplainedConstant {
  /** As `--set` takes it. */
  readonly key: string;
  readonly value: string | number | boolean | null | readonly string[];
  readonly source: string;
  readonly confidence: Origin['confidence'];
}

/** Every constant of a resolved machine, in the order of its keys; `tree` is what it was resolved from. */
export function explainMachine(machine: Machine, tree: TreeNode): ExplainedConstant[] {
  return [...constantsOf(machine, [])].map(({ path, value }) => ({
    key: shownPath(machine, path),
    value,
    ...originAt(tree, path),
  }));
}

type Constant = { path: string[]; value: ExplainedConstant['value'] };

/** Names and what follows from the mode are labels, not constants. */
const LABELS = ['name', 'description', 'family'];

function* constantsOf(value: unknown, path: string[]): Iterable<Constant> {
  if (LABELS.includes(path.at(-1) ?? '')) return;
  if (isConstant(value)) yield { path, value };
  else for (const [key, child] of Object.entries(value as object)) yield* constantsOf(child, [...path, key]);
}

function isConstant(value: unknown): value is ExplainedConstant['value'] {
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => typeof item === 'string');
  return value === null || typeof value !== 'object';
}

function originAt(tree: TreeNode, path: string[]): Origin {
  const { node, exact } = nearestNode(tree, path);
  if (exact) return node.origin ?? { source: node.place, confidence: 'unsourced' };
  const entries = nearestNode(tree, [...path.slice(0, -1), 'entries']);
  const derived = entries.exact && ['sets', 'ways'].includes(path.at(-1)!);
  if (derived && entries.node.origin) return entries.node.origin;
  return { source: 'default of pagewalk', confidence: 'default' };
}
