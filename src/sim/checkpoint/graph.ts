/** Views of an ArrayBuffer that simulated parts keep their columns in. */
export const VIEWS = {
  Uint8Array,
  Uint16Array,
  Uint32Array,
  Int32Array,
  Float64Array,
} as const;

export type ViewName = keyof typeof VIEWS;
export type View = InstanceType<(typeof VIEWS)[ViewName]>;

/**
 * What an object is made of, as far as state goes: a function has none of its own, a buffer has bytes, everything
 * else has values. Fields named `#field` are invisible here: no class of the simulation may have any.
 */
export type Node =
  | { readonly kind: 'function' }
  | { readonly kind: 'buffer'; readonly buffer: ArrayBuffer }
  | { readonly kind: 'view'; readonly view: View; readonly name: ViewName }
  | { readonly kind: 'array'; readonly array: unknown[] }
  | { readonly kind: 'map'; readonly map: Map<unknown, unknown> }
  | { readonly kind: 'set'; readonly set: Set<unknown> }
  | { readonly kind: 'object'; readonly object: Record<string, unknown>; readonly className: string };

/** @throws Error for a built-in object that no simulated part has had so far: teach this function first */
export function nodeOf(object: object): Node {
  if (typeof object === 'function') return { kind: 'function' };
  if (object instanceof ArrayBuffer) return { kind: 'buffer', buffer: object };
  if (object instanceof Map) return { kind: 'map', map: object };
  if (object instanceof Set) return { kind: 'set', set: object };
  if (Array.isArray(object)) return { kind: 'array', array: object };
  const className = Object.getPrototypeOf(object)?.constructor.name ?? '';
  if (className in VIEWS) return { kind: 'view', view: object as View, name: className as ViewName };
  if (ArrayBuffer.isView(object) || object instanceof WeakMap || object instanceof Promise)
    throw new Error(`a checkpoint cannot hold a ${className}`);
  return { kind: 'object', object: object as Record<string, unknown>, className };
}

/** The values that a node holds, in an order of its own that is always the same; its bytes are no values. */
export function valuesIn(node: Node): Iterable<unknown> {
  switch (node.kind) {
    case 'array':
      return node.array;
    case 'map':
      return [...node.map].flat();
    case 'set':
      return node.set;
    case 'view':
      return [node.view.buffer];
    case 'object':
      return Object.values(node.object);
    default:
      return [];
  }
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/**
 * Numbers every object that can be reached from `root`, in the order of the walk: two graphs that were built alike
 * are numbered alike.
 * @param numbers given before; those objects keep theirs, new ones follow
 * @returns the objects reached, each once
 */
export function reach(root: object, numbers: Map<object, number>): object[] {
  const reached = [root];
  const seen = new Set<object>(reached);
  for (let at = 0; at < reached.length; at++) {
    const object = reached[at]!;
    if (!numbers.has(object)) numbers.set(object, numbers.size);
    for (const value of valuesIn(nodeOf(object))) {
      if (!isObject(value) || seen.has(value)) continue;
      seen.add(value);
      reached.push(value);
    }
  }
  return reached;
}
