/**
 * A machine file as read: every node knows where it was written (for messages) and, when somebody said so, where
 * its number comes from (for `pagewalk machines --explain`). Files that extend others and `--set` edit this tree;
 * only then is it checked against the schema.
 */
export interface TreeNode {
  /** `file:line:column`, or the `--set` argument. */
  readonly place: string;
  readonly origin?: Origin;
  readonly value: Scalar | TreeNode[] | Map<string, TreeNode>;
}

export type Scalar = string | number | boolean | null;

/** What a constant rests on, best first. docs/machines.md explains each word. */
export const CONFIDENCES = [
  'manual',
  'measured',
  'code',
  'secondary',
  'computed',
  'unverified',
  'assumed',
] as const;
export type Confidence = (typeof CONFIDENCES)[number];

export interface Origin {
  readonly source: string;
  readonly confidence: Confidence | 'default' | 'set' | 'unsourced';
}

/** A path such as ['tlb', 'stlb', 'arrays', '0', 'ways']; list positions are decimal strings. */
export type TreePath = readonly string[];

export function isMapping(node: TreeNode): node is TreeNode & { value: Map<string, TreeNode> } {
  return node.value instanceof Map;
}

/** The bare values: objects, arrays and scalars, ready for the schema. */
export function plain(node: TreeNode): unknown {
  if (isMapping(node)) return Object.fromEntries([...node.value].map(([key, child]) => [key, plain(child)]));
  return Array.isArray(node.value) ? node.value.map(plain) : node.value;
}

/** The node at a path, or the nearest one above it when the path goes on into nothing. */
export function nearestNode(root: TreeNode, path: TreePath): { node: TreeNode; exact: boolean } {
  let node = root;
  for (const key of path) {
    const child = childOf(node, key);
    if (!child) return { node, exact: false };
    node = child;
  }
  return { node, exact: true };
}

export function childOf(node: TreeNode, key: string): TreeNode | undefined {
  if (isMapping(node)) return node.value.get(key);
  return Array.isArray(node.value) ? node.value[Number(key)] : undefined;
}

/** The node and all below it. */
export function* nodesOf(node: TreeNode): Iterable<TreeNode> {
  yield node;
  const { value } = node;
  if (Array.isArray(value) || value instanceof Map) for (const child of value.values()) yield* nodesOf(child);
}

/** `over` on top of `base`: mappings merge key by key, anything else replaces what was there. */
export function merge(base: TreeNode, over: TreeNode): TreeNode {
  if (!isMapping(base) || !isMapping(over)) return over;
  const merged = new Map(base.value);
  for (const [key, child] of over.value) {
    const below = merged.get(key);
    merged.set(key, below ? merge(below, child) : child);
  }
  return { ...over, value: merged };
}

/** A value from elsewhere (a `--set` argument) as a tree, all of it with one place and origin. */
export function nodeOf(value: unknown, place: string, origin: Origin): TreeNode {
  if (Array.isArray(value)) return { place, origin, value: value.map((item) => nodeOf(item, place, origin)) };
  if (typeof value === 'object' && value !== null)
    return {
      place,
      value: new Map(Object.entries(value).map(([key, child]) => [key, nodeOf(child, place, origin)])),
    };
  return { place, origin, value: value as Scalar };
}

/** A copy of the tree with `value` at `path`; mappings that the path needs are made, list positions must exist. */
export function withValue(root: TreeNode, path: TreePath, leaf: TreeNode): TreeNode {
  const [key, ...rest] = path;
  if (key === undefined) return leaf;
  if (Array.isArray(root.value)) {
    const items = [...root.value];
    items[Number(key)] = withValue(items[Number(key)]!, rest, leaf);
    return { ...root, value: items };
  }
  const entries = new Map(isMapping(root) ? root.value : []);
  entries.set(key, withValue(entries.get(key) ?? { place: leaf.place, value: new Map() }, rest, leaf));
  return { ...root, value: entries };
}

/** A copy of the tree without the key at `path`. */
export function without(root: TreeNode, path: TreePath): TreeNode {
  const { node, exact } = nearestNode(root, path.slice(0, -1));
  if (!exact || !isMapping(node)) return root;
  const entries = new Map(node.value);
  entries.delete(path.at(-1)!);
  return withValue(root, path.slice(0, -1), { ...node, value: entries });
}
