import { constantsSchema, type JsonSchema } from '../src/sim/machine/keys.ts';
import { CONFIDENCES } from '../src/sim/machine/tree.ts';

/**
 * The JSON Schema of machine files for editors: the schema of the constants, with the forms that carry a source.
 * Nothing is required, since `extends` may supply it; the program itself checks what is left.
 */
export function machineFileSchema(): JsonSchema {
  const { $schema, $defs, title, ...constants } = constantsSchema();
  const root = withSources(constants);
  return {
    $schema: String($schema),
    title: String(title),
    description: 'A machine file of pagewalk; docs/machines.md explains it',
    ...root,
    properties: {
      sources: {
        description: 'Short names for citations',
        type: 'object',
        additionalProperties: { type: 'string' },
      },
      ...root.properties,
    },
    $defs: {
      ...ORIGIN_DEFINITIONS,
      ...Object.fromEntries(
        Object.entries($defs ?? {}).map(([name, definition]) => [name, withSources(definition)]),
      ),
    },
  };
}

const ORIGIN: Record<string, JsonSchema> = {
  source: { $ref: '#/$defs/source' },
  confidence: { $ref: '#/$defs/confidence' },
};

const ORIGIN_DEFINITIONS: Record<string, JsonSchema> = {
  source: { type: 'string', description: 'Where the constants here and below come from' },
  confidence: { enum: [...CONFIDENCES], description: 'How far the source can be trusted' },
};

/** The schema of what a file may write where the constants have `schema`. */
function withSources(schema: JsonSchema): JsonSchema {
  if (schema.$ref !== undefined) return schema;
  const { description, ...bare } = schema;
  if (bare.properties) {
    const { required: _suppliedByExtends, ...object } = bare;
    const properties = Object.fromEntries(
      Object.entries(bare.properties).map(([key, child]) => [key, withSources(child)]),
    );
    return { ...(description && { description }), ...object, properties: { ...properties, ...ORIGIN } };
  }
  const options = bare.oneOf ?? bare.anyOf;
  if (options?.some(({ properties, $ref }) => properties ?? $ref))
    return { ...(description && { description }), anyOf: options.map((option) => withSources(option)) };
  if (bare.items && !isConstant(bare.items)) return { ...schema, items: withSources(bare.items) };
  return {
    ...(description && { description }),
    anyOf: [
      bare,
      {
        type: 'object',
        properties: { value: bare, ...ORIGIN },
        required: ['value'],
        additionalProperties: false,
      },
    ],
  };
}

function isConstant(items: JsonSchema): boolean {
  return items.$ref === '#/$defs/sizeClass' || (items.properties === undefined && items.$ref === undefined);
}
