// What scripts/build-validators.mjs makes of Kong's schemas at build time.
import { amend, randomDefaults } from './amendments.js';
import { convertField, convertRecord } from './convert.js';
import type { JsonSchema } from './convert.js';
import type { EntityFacts, EntityKeys, PluginFacts } from './facts.js';
import { fieldsOf, recordFieldsOf } from './kong-schema.js';
import type { KongField, KongSchema } from './kong-schema.js';

/** Facts about every entity that the declarative format knows. */
export function entityFacts(
  schemas: Readonly<Record<string, KongSchema>>,
  keys: Readonly<Record<string, EntityKeys>>,
): Record<string, EntityFacts> {
  const facts: Record<string, EntityFacts> = {};
  for (const [type, { primary_key, endpoint_key, cache_key, ttl, workspaceable }] of Object.entries(keys)) {
    const schema = schemas[type];
    if (schema === undefined) throw new Error(`no schema for ${type}`);
    facts[type] = {
      schema: amend(type, schema),
      keys: {
        primary_key,
        ...(endpoint_key !== undefined && { endpoint_key }),
        ...(cache_key !== undefined && { cache_key }),
        ttl,
        workspaceable,
      },
    };
  }
  return facts;
}

/** One JSON Schema per entity type, as it stands in a declarative config. Nested entities are validated on their own. */
export function entitySchemas(facts: Readonly<Record<string, EntityFacts>>): Record<string, JsonSchema> {
  const schemas: Record<string, JsonSchema> = {};
  for (const [type, { schema, keys }] of Object.entries(facts)) {
    const nested = Object.keys(facts).filter((child) => referencesOf(facts[child]).includes(type));
    schemas[type] = convertRecord(schema, {
      extra: {
        ...Object.fromEntries(nested.map((child) => [child, true])),
        ...(keys.ttl && { ttl: true }),
        _comment: convertField({ type: 'string' }),
        _ignore: convertField({ type: 'array', elements: { type: 'any' } }),
      },
    });
  }
  return schemas;
}

const referencesOf = (facts: EntityFacts | undefined): (string | undefined)[] =>
  Array.from(facts ? fieldsOf(facts.schema).values() : [], ({ reference }) => reference);

/** A JSON Schema for each plugin's `config`, its shorthand fields expanded. */
export function configSchemas(facts: Readonly<Record<string, PluginFacts>>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(facts).map(([name, { config }]) => [name, convertField(config)]));
}

/** What the plugins' schemas say. */
export function pluginFacts(schemas: Readonly<Record<string, KongSchema>>): Record<string, PluginFacts> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, factsOfPlugin(name, schema)]),
  );
}

/** What one plugin's schema says, as `GET /schemas/plugins/<name>` answers it. */
export function factsOfPlugin(plugin: string, schema: KongSchema): PluginFacts {
  const fields = fieldsOf(schema);
  const protocols = fields.get('protocols')?.elements?.one_of?.map(String);
  const usual = fields.get('protocols')?.default;
  const unscoped = (['consumer', 'route', 'service'] as const).filter(
    (scope) => fields.get(scope)?.eq === null,
  );
  const config: KongField = fields.get('config') ?? { type: 'record', fields: [] };
  const made = randomDefaults(plugin);
  const generated = Array.from(recordFieldsOf(config))
    .filter(([name, field]) => isGenerated(field) || made.includes(name))
    .map(([name]) => name);
  return {
    ...(protocols && { protocols }),
    ...(Array.isArray(usual) && { defaultProtocols: usual.map(String) }),
    unscoped,
    generated,
    config: { ...config, type: 'record', required: true },
    checks: schema.entity_checks ?? [],
  };
}

const isGenerated = ({ auto, type, uuid }: KongField): boolean =>
  auto === true && type === 'string' && uuid !== true;
