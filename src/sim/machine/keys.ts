import * as z from 'zod';
import { machineSchema } from './schema.ts';
import { childOf, isMapping, plain, type TreeNode, type TreePath } from './tree.ts';

/** As much of JSON Schema as zod writes for a machine. */
export interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  enum?: unknown[];
  [keyword: string]: unknown;
}

/** The schema of the constants in a machine file, without the forms that carry a source. */
export function constantsSchema(): JsonSchema {
  return z.toJSONSchema(machineSchema, { io: 'input' }) as JsonSchema;
}

/** The keys a machine file may have, for messages and for `--set`: reads the schema beside the machine at hand. */
export class MachineKeys {
  readonly #root = constantsSchema();

  /** Keys allowed in the mapping at `path`; undefined when the schema has no such mapping. */
  in(tree: TreeNode, path: TreePath): string[] | undefined {
    const schema = this.#at(tree, path);
    return schema?.properties && Object.keys(schema.properties);
  }

  has(tree: TreeNode, path: TreePath): boolean {
    return this.#at(tree, path) !== undefined;
  }

  /** Every path of this machine that ends in a constant, given or left to its default. */
  *constants(tree: TreeNode): Iterable<string> {
    yield* this.#constantsBelow(this.#root, tree, []);
  }

  *#constantsBelow(schema: JsonSchema, node: TreeNode | undefined, path: string[]): Iterable<string> {
    const own = this.#resolve(schema, node);
    if (own.properties)
      for (const [key, child] of Object.entries(own.properties))
        yield* this.#constantsBelow(child, node && childOf(node, key), [...path, key]);
    else if (own.items && this.#resolve(own.items, undefined).properties)
      for (const i of Array.isArray(node?.value) ? node.value.keys() : [])
        yield* this.#constantsBelow(own.items, childOf(node!, String(i)), [...path, String(i)]);
    else yield path.join('.');
  }

  #at(tree: TreeNode, path: TreePath): JsonSchema | undefined {
    let schema = this.#resolve(this.#root, tree);
    let node: TreeNode | undefined = tree;
    for (const key of path) {
      const child: JsonSchema | undefined = schema.items ?? schema.properties?.[key];
      if (!child) return undefined;
      node = node && childOf(node, key);
      if (schema.items && !node) return undefined;
      schema = this.#resolve(child, node);
    }
    return schema;
  }

  /** Follows references; of alternatives takes the one that fits the node's `mode`, or the first that is not null. */
  #resolve(schema: JsonSchema, node: TreeNode | undefined): JsonSchema {
    if (schema.$ref) return this.#resolve(this.#root.$defs![schema.$ref.split('/').at(-1)!]!, node);
    const options = schema.oneOf ?? schema.anyOf;
    if (!options) return schema;
    const mode = node && isMapping(node) ? plain(node.value.get('mode') ?? node) : undefined;
    const chosen =
      options.find((option) => option.properties?.mode?.enum?.includes(mode)) ??
      options.find((option) => option.type !== 'null')!;
    return this.#resolve(chosen, node);
  }
}
