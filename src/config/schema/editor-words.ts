// What editors and other tools are told beside the rules.
import { SAYS, SECRET } from './convert.js';
import type { JsonSchema } from './convert.js';
import { fieldsOf } from './kong-schema.js';
import type { KongField } from './kong-schema.js';

/** What a person is told about a field while writing it: that it is deprecated. */
export function annotate(schema: JsonSchema, fields: ReadonlyMap<string, KongField>): JsonSchema {
  if (!isSchema(schema) || !isSchema(schema['properties'])) return schema;
  const told = Object.entries(schema['properties']).map(([name, property]) => {
    const field = fields.get(name);
    return [name, isSchema(property) && field ? annotateField(property, field) : property];
  });
  return { ...schema, properties: Object.fromEntries(told) };
}

function annotateField(schema: JsonSchema, field: KongField): JsonSchema {
  if (!isSchema(schema)) return schema;
  const { deprecation, elements } = field;
  const items = schema['items'];
  const inner = annotate(schema, fieldsOf({ fields: field.fields ?? [] }));
  const better = deprecation?.replaced_with?.map(({ path }) => path.join('.')).join(', ');
  return {
    ...(isSchema(inner) && inner),
    ...(isSchema(items) && elements && { items: annotateField(items, elements) }),
    // No more than that: Kong takes it, and editors show `deprecationMessage` as an error.
    ...(deprecation && { description: better ? `deprecated: write ${better}` : 'deprecated' }),
    ...(deprecation && { doNotSuggest: true }),
  };
}

export const isSchema = (value: unknown): value is Exclude<JsonSchema, boolean> =>
  typeof value === 'object' && value !== null;

/** Our annotations in the words of VS Code and the YAML language server; patterns as more engines than JavaScript's take them. */
export function forTools(schema: unknown): JsonSchema {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).flatMap((entry) => visitEntry(entry, value)));
  };
  const visitEntry = ([key, inner]: [string, unknown], owner: object): [string, unknown][] => {
    if (typeof inner === 'object') return [[key, visit(inner)]];
    if (key === SECRET) return [];
    if (key === SAYS) return [['pattern' in owner ? 'patternErrorMessage' : 'errorMessage', inner]];
    if (key === 'pattern' && typeof inner === 'string') return [[key, inner.replaceAll('[^]', '[\\s\\S]')]];
    return [[key, inner]];
  };
  const visited = visit(schema);
  return isSchema(visited) ? visited : visited !== false;
}
