import { basename, dirname } from 'node:path';
import { InputError, nearest } from '../../core/errors.ts';
import type { PolicyHooks } from '../../kernel/policy/hooks.ts';
import type { Policy } from '../../kernel/policy/policy.ts';
import { type FileKind, parseMachineText } from '../machine/parse.ts';
import {
  childOf,
  isMapping,
  merge,
  nearestNode,
  nodeOf,
  plain,
  type TreeNode,
  without,
  withValue,
} from '../machine/tree.ts';
import { locatePolicy, readPolicyFile, shortPolicyName } from './preset-files.ts';
import { resolvePolicy } from './resolve.ts';
import { policyProblems } from './rules.ts';
import { type PolicyInput, policySchema } from './schema.ts';

const POLICY_FILE: FileKind = { name: 'policy', docs: 'docs/policies/README.md', start: 'linux-6.18' };

/** A policy ready to run, and where it comes from. */
export interface LoadedPolicy {
  readonly policy: Policy;
  readonly description: string;
  /** A module's own decisions. */
  readonly hooks?: PolicyHooks;
  /** What it was resolved from, with places and origins: for explain.ts. */
  readonly tree: TreeNode;
}

/**
 * The policy of a preset's name, a YAML file or a module (module.ts).
 *
 * @throws InputError for anything wrong with the name, the file or the point on the axes
 */
export async function loadPolicy(nameOrFile: string, directory = process.cwd()): Promise<LoadedPolicy> {
  const file = locatePolicy(nameOrFile, directory);
  if (!/\.[cm]?[jt]s$/.test(file)) return policyOf(readTree(file, []));
  const { loadModule } = await import('./module.ts');
  const { axes, base, hooks } = await loadModule(file);
  const below = readTree(locatePolicy(base, dirname(file)), []);
  const own = nodeOf(axes, shortPolicyName(file), { source: shortPolicyName(file), confidence: 'set' });
  return { ...policyOf(merge(below, own)), hooks };
}

/** The policy of a tree that is complete but for what it `extends`. */
function policyOf(tree: TreeNode): LoadedPolicy {
  const input = validated(tree);
  const policy = resolvePolicy(input);
  for (const { path, message, remedy } of policyProblems(policy))
    throw new InputError(message, { place: nearestNode(tree, path.split('.')).node.place, remedy });
  return { policy, description: input.description ?? '', tree };
}

/** Reads a file and, through `extends`, what it starts from. */
function readTree(file: string, files: readonly string[]): TreeNode {
  if (files.includes(file))
    throw new InputError('policy files extend each other in a circle', {
      place: [...files, file].map(shortPolicyName).join(' -> '),
      remedy: 'let one of them stand by itself',
    });
  const tree = parseMachineText(readPolicyFile(file), shortPolicyName(file), POLICY_FILE);
  const named = childOf(tree, 'name') ? tree : withValue(tree, ['name'], nameNode(file, tree));
  const base = childOf(named, 'extends');
  if (!base) return named;
  const below = locateBase(String(base.value), file, base.place);
  return merge(readTree(below, [...files, file]), without(named, ['extends']));
}

function nameNode(file: string, tree: TreeNode): TreeNode {
  const name = basename(file).replace(/\.ya?ml$/, '');
  return nodeOf(name, tree.place, { source: 'file name', confidence: 'default' });
}

function locateBase(name: string, file: string, place: string): string {
  try {
    return locatePolicy(name, dirname(file));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`extends: ${error.message}`, {
      place,
      ...(error.remedy !== undefined && { remedy: error.remedy }),
    });
  }
}

/** Each value by itself. @throws InputError for the first bad one */
function validated(tree: TreeNode): PolicyInput {
  const parsed = policySchema.safeParse(plain(tree));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') throw unknownKey(tree, path, issue.keys[0]!);
  const { node } = nearestNode(tree, path);
  const expected = issue.message.replace(/^(Invalid input|Invalid option|Too small|Too big): /, '');
  const got = isMapping(node) ? 'a mapping' : JSON.stringify(plain(node));
  throw new InputError(
    `${path.join('.')} is ${got}: ${expected.replaceAll('"', "'").replaceAll('|', ', ')}`,
    {
      place: node.place,
      remedy: `${POLICY_FILE.docs} explains the key`,
    },
  );
}

function unknownKey(tree: TreeNode, path: string[], key: string): InputError {
  const allowed = keysIn(path);
  const guess = nearest(key, allowed);
  return new InputError(`unknown key '${[...path, key].join('.')}'`, {
    place: nearestNode(tree, [...path, key]).node.place,
    remedy: guess
      ? `did you mean '${[...path, guess].join('.')}'?`
      : `${path.length > 0 ? path.join('.') : 'a policy'} has ${allowed.join(', ')}`,
  });
}

/** The keys that the schema has at a path. */
function keysIn(path: readonly string[]): string[] {
  let shape: Record<string, unknown> = policySchema.shape;
  for (const key of path) {
    let field = shape[key] as { shape?: Record<string, unknown>; unwrap?: () => unknown } | undefined;
    while (field && !field.shape && field.unwrap) field = field.unwrap() as typeof field;
    shape = field?.shape ?? {};
  }
  return Object.keys(shape);
}
