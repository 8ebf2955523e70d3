import type { Policy } from '../../kernel/policy/policy.ts';
import { POLICY_PARTS, type PolicyPart, type PolicyPrice } from '../../kernel/policy/prices.ts';
import { nearestNode, type Origin, type TreeNode } from '../machine/tree.ts';
import { type AxisValue, POLICY_AXES } from './axes/index.ts';
import { type LoadedPolicy, loadPolicy } from './read.ts';

/** What other policies are told by. */
const COMMON_BASE = 'linux-6.18';

/** One axis of a policy: its value, what that makes the kernel do, and what it rests on. */
export interface ExplainedAxis {
  readonly key: string;
  readonly value: AxisValue;
  /** False where the other axes leave this one nothing to decide. */
  readonly asked: boolean;
  /** Linux 6.18 has another value. */
  readonly differs: boolean;
  readonly fork?: string;
  readonly fault?: string;
  readonly beside?: string;
  readonly source: string;
  readonly confidence: Origin['confidence'];
}

/** Cycles of one unit of work that Linux 6.18 does not do. */
export interface ExplainedPrice {
  readonly part: PolicyPart;
  readonly price: PolicyPrice;
  readonly source: string;
  readonly confidence: Origin['confidence'];
}

export interface ExplainedPolicy {
  readonly name: string;
  readonly description: string;
  /** What it rests on in the main: the source of the first axis that its own file states. */
  readonly source: string;
  /** Decisions that a module takes itself. */
  readonly hooks: readonly string[];
  readonly axes: readonly ExplainedAxis[];
  readonly prices: readonly ExplainedPrice[];
}

/**
 * Every axis of a policy in words. Reads files as {@link loadPolicy} does.
 * @throws InputError for a policy that cannot be loaded
 */
export async function explainPolicy(nameOrFile: string): Promise<ExplainedPolicy> {
  const base = await loadPolicy(COMMON_BASE);
  return explained(await loadPolicy(nameOrFile), base.policy);
}

function explained({ policy, description, hooks, tree }: LoadedPolicy, base: Policy): ExplainedPolicy {
  const own = POLICY_AXES.find(({ key }) => isOwn(tree, key.split('.'))) ?? POLICY_AXES[0]!;
  return {
    name: policy.name,
    description,
    source: originAt(tree, own.key.split('.')).source,
    hooks: Object.keys(hooks ?? {}),
    axes: POLICY_AXES.map(({ key, value, fork, fault, beside, asked }) => ({
      key,
      value: value(policy),
      asked: asked?.(policy) ?? true,
      differs: value(policy) !== value(base),
      ...said('fork', fork?.(policy)),
      ...said('fault', fault?.(policy)),
      ...said('beside', beside?.(policy)),
      ...originAt(tree, key.split('.')),
    })),
    prices: POLICY_PARTS.map((part) => ({
      part,
      price: policy.prices[part],
      ...originAt(tree, ['prices', part]),
    })),
  };
}

function said<Key extends string>(key: Key, text: string | undefined): Partial<Record<Key, string>> {
  return text ? ({ [key]: text } as Record<Key, string>) : {};
}

/** Stated in the file of the policy itself, not in one that it extends. */
function isOwn(tree: TreeNode, path: readonly string[]): boolean {
  const { node, exact } = nearestNode(tree, path);
  return exact && fileOf(node) === fileOf(tree);
}

/** The file of a place `file:line:column`. */
function fileOf({ place }: TreeNode): string {
  return place.replace(/(:\d+)+$/, '');
}

function originAt(tree: TreeNode, path: readonly string[]): Origin {
  const { node, exact } = nearestNode(tree, path);
  if (!exact) return { source: 'default of pagewalk', confidence: 'default' };
  const { origin } = node.value instanceof Map ? nearestNode(tree, [...path, 'times']).node : node;
  return origin ?? { source: node.place, confidence: 'unsourced' };
}
