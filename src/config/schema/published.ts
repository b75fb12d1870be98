// JSON Schemas of the declarative format, for editors and other tools. What a schema cannot say (references, uniqueness, most
// checks between fields) is the validator's business. Draft 7, because that is what the YAML language server understands.
import { convertField, convertRecord, SAYS } from './convert.js';
import type { JsonSchema } from './convert.js';
import { annotate, forTools, isSchema } from './editor-words.js';
import type { EntityFacts } from './facts.js';
import { fieldsOf } from './kong-schema.js';
import type { KongField, KongSchema } from './kong-schema.js';

/** A JSON Schema by name: `services` for an entity, `plugin.cors` for a plugin. They refer to each other as definitions. */
export type Definitions = ReadonlyMap<string, JsonSchema>;

const DIALECT = 'http://json-schema.org/draft-07/schema#';

export const pluginDefinition = (plugin: string): string => `plugin.${plugin}`;

/**
 * @param entities the facts about every entity type
 * @param plugins Kong's schemas by plugin name; a plugin that is not among them may have any `config`
 */
export function defineSchemas(
  entities: Readonly<Record<string, EntityFacts>>,
  plugins: ReadonlyMap<string, KongSchema>,
): Definitions {
  return new Map([
    ...Object.keys(entities).map((type) => [type, forTools(entity(type, entities, plugins))] as const),
    ...Array.from(
      plugins,
      ([name, schema]) => [pluginDefinition(name), forTools(plugin(name, schema))] as const,
    ),
  ]);
}

/**
 * A configuration as a whole; it needs nothing beside itself.
 * @param origin a word for people about where it is from
 */
export function wholeSchema(
  definitions: Definitions,
  entities: Readonly<Record<string, EntityFacts>>,
  origin: string,
): JsonSchema {
  return {
    $schema: DIALECT,
    $comment: origin,
    type: 'object',
    properties: {
      _format_version: { type: 'string', enum: ['3.0', '2.1', '1.1'] },
      _transform: { type: ['boolean', 'null'] },
      ...COMMENTS,
      ...Object.fromEntries(Object.entries(entities).map(([type, facts]) => [type, flatList(type, facts)])),
      updated_at: true,
    },
    additionalProperties: false,
    required: ['_format_version'],
    definitions: Object.fromEntries(definitions),
  };
}

/** One definition with all that it leads to, or undefined where there is none of that name. */
export function oneSchema(definitions: Definitions, name: string): JsonSchema | undefined {
  const own = definitions.get(name);
  if (own === undefined) return undefined;
  const reached = new Set([name]);
  for (const each of reached)
    for (const [, next = ''] of JSON.stringify(definitions.get(each)).matchAll(REFERENCE)) reached.add(next);
  const isAlone = reached.size === 1 && !JSON.stringify(own).includes(referenceTo(name));
  if (isAlone && typeof own === 'object') return { $schema: DIALECT, ...own };
  return {
    $schema: DIALECT,
    allOf: [{ $ref: referenceTo(name) }],
    definitions: Object.fromEntries(Array.from(reached, (each) => [each, definitions.get(each)])),
  };
}

/** Every definition as a file of its own, by path: `entities/services.json`, `plugins/cors.json`. */
export function schemaFiles(definitions: Definitions): Map<string, string> {
  const pathOf = (name: string): string =>
    name.startsWith('plugin.') ? `plugins/${name.slice('plugin.'.length)}.json` : `entities/${name}.json`;
  return new Map(
    Array.from(definitions, ([name, schema]) => {
      const text = JSON.stringify(
        typeof schema === 'object' ? { $schema: DIALECT, ...schema } : schema,
        null,
        1,
      );
      return [pathOf(name), `${text.replace(REFERENCE, (_, to: string) => `"../${pathOf(to)}"`)}\n`];
    }),
  );
}

const referenceTo = (name: string): string => `#/definitions/${name}`;
const REFERENCE = /"#\/definitions\/([^"]+)"/g;

const COMMENTS: Readonly<Record<string, JsonSchema>> = {
  _comment: convertField({ type: 'string' }),
  _ignore: convertField({ type: 'array', elements: { type: 'any' } }),
};

/** A list of entities may be null, and empty as a mapping, too. */
const list = (items: JsonSchema): JsonSchema => ({
  type: ['array', 'object', 'null'],
  maxProperties: 0,
  items,
});

/** At the top an entity names what it belongs to; nested in it, it need not. */
function flatList(type: string, { schema }: EntityFacts): JsonSchema {
  const own = { $ref: referenceTo(type) };
  const owners = Array.from(fieldsOf(schema)).filter(
    ([, field]) => field.type === 'foreign' && field.required === true,
  );
  return list(owners.length === 0 ? own : { allOf: [own], required: owners.map(([name]) => name) });
}

function entity(
  type: string,
  entities: Readonly<Record<string, EntityFacts>>,
  plugins: ReadonlyMap<string, KongSchema>,
): JsonSchema {
  const facts = entities[type];
  if (facts === undefined) return false;
  const fields = Array.from(fieldsOf(facts.schema));
  const nested = Object.keys(entities).filter((child) => referencesOf(entities[child]).includes(type));
  const references = fields.filter(([, field]) => field.type === 'foreign');
  const written = withShorthands(facts.schema);
  const converted = convertRecord(written, {
    extra: {
      ...Object.fromEntries(references.map(([name, field]) => [name, reference(field)])),
      ...Object.fromEntries(nested.map((child) => [child, list({ $ref: referenceTo(child) })])),
      ...(facts.keys.ttl && { ttl: true }),
      ...COMMENTS,
      ...(type === 'plugins' && { name: pluginName([...plugins.keys()]), config: true }),
      ...(type === 'services' && { url: { type: 'string', minLength: 1 } }),
    },
  });
  const annotated = annotate(converted, fieldsOf(written));
  const schema = isSchema(annotated) ? annotated : {};
  if (type === 'services') return unlessUrl(schema);
  return type === 'plugins' ? { ...schema, allOf: [...plugins.keys()].map(configByName) } : schema;
}

const referencesOf = (facts: EntityFacts | undefined): (string | undefined)[] =>
  Array.from(facts ? fieldsOf(facts.schema).values() : [], (field) => field.reference);

/** A name or an id; or a mapping with the id, which editors shall not offer: it makes plugins collide. */
const reference = (field: KongField): JsonSchema => ({
  type: ['string', 'object', ...(field.required === true ? [] : ['null'])],
  required: ['id'],
});

/** `url` stands for protocol, host, port and path: whatever these hold beside it does not count. */
function unlessUrl(schema: Readonly<Record<string, unknown>>): JsonSchema {
  const { required, properties, ...rest } = schema;
  const own = Object.entries({ ...(typeof properties === 'object' && properties) });
  const isMade = ([name]: [string, unknown]): boolean => ['protocol', 'host', 'port', 'path'].includes(name);
  return {
    ...rest,
    properties: Object.fromEntries(own.map((entry) => (isMade(entry) ? [entry[0], true] : entry))),
    if: { not: { required: ['url'] } },
    then: { properties: Object.fromEntries(own.filter(isMade)), required },
  };
}

/** Names of known plugins for completion; any other is a custom plugin's. */
const pluginName = (known: readonly string[]): JsonSchema => ({
  type: 'string',
  minLength: 1,
  anyOf: [{ enum: known }, { type: 'string' }],
});

const configByName = (name: string): JsonSchema => ({
  if: { properties: { name: { const: name } }, required: ['name'] },
  then: { $ref: referenceTo(pluginDefinition(name)) },
});

/** What a plugin's own schema asks of a plugin entity: it adds to that of the entity. */
function plugin(name: string, schema: KongSchema): JsonSchema {
  const written = withShorthands(schema);
  const fields = fieldsOf(written);
  const never = Array.from(fields).filter(([, field]) => field.type === 'foreign' && field.eq === null);
  const converted = convertRecord(written, {
    extra: {
      name: { const: name },
      ...Object.fromEntries(never.map(([scope]) => [scope, noScope(scope)])),
    },
  });
  const annotated = annotate(converted, fields);
  return { ...(isSchema(annotated) && annotated), additionalProperties: true };
}

const noScope = (scope: string): JsonSchema => ({
  type: 'null',
  [SAYS]: `this plugin does not work for a ${scope}`,
});

type HasFields = Pick<KongField, 'fields' | 'shorthand_fields' | 'elements'>;

/** Shorthands are fields like others to whoever writes them. */
function withShorthands<T extends HasFields>(schema: T): T {
  const { fields, shorthand_fields: shorthands = [], elements } = schema;
  const all = fields?.concat(shorthands).map((item) => {
    const entries = Object.entries(item);
    return Object.fromEntries(entries.map(([name, field]) => [name, withShorthands(field)]));
  });
  return { ...schema, ...(all && { fields: all }), ...(elements && { elements: withShorthands(elements) }) };
}
