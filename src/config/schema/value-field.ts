// How a value of Kong's is to be read when values are compared: what stands for nothing, whether order counts, what is secret.
// Made from Kong's schemas: at build time for plugins' config, when first asked for of entities.
import { randomDefaults } from './amendments.js';
import { fieldsOf } from './kong-schema.js';
import type { KongField, KongFieldType, KongSchema } from './kong-schema.js';

export interface ValueField {
  readonly type: KongFieldType;
  readonly required?: true;
  readonly default?: unknown;
  /** No output may show it. */
  readonly secret?: true;
  /** Of a list: its items; of a map: its values. */
  readonly elements?: ValueField;
  /** Of a record. One without is of a shape that nobody here knows. */
  readonly fields?: Readonly<Record<string, ValueField>>;
  /** Of a record: fields that Kong turns into others before it stores it. */
  readonly shorthands?: Readonly<Record<string, Shorthand>>;
}

export interface Shorthand {
  /** The field that it stands for, below the record; none: it is dropped. */
  readonly path: readonly string[];
  /** Whether it beats that field; otherwise it counts only where that has no value. */
  readonly wins: boolean;
  /** Texts that are written otherwise there. */
  readonly words?: Readonly<Record<string, string>>;
}

/** What a plugin's schema says about the two fields that differ from plugin to plugin. */
export interface PluginFields {
  readonly config: ValueField;
  readonly protocols?: ValueField;
}

interface ShorthandField {
  readonly deprecation?: { readonly replaced_with?: readonly { readonly path: readonly string[] }[] };
}
type WithShorthands = KongField & {
  readonly shorthand_fields?: readonly Readonly<Record<string, ShorthandField>>[];
};

export function pluginFields(schemas: Readonly<Record<string, KongSchema>>): Record<string, PluginFields> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const { config, protocols } = Object.fromEntries(fieldsOf(schema));
      const shape = valueField(config ?? { type: 'record' }, name, randomDefaults(name));
      return [name, { config: shape, ...(protocols && { protocols: valueField(protocols) }) }];
    }),
  );
}

/**
 * @param plugin whose config the field is, or is in
 * @param random fields of the record whose default is made up at each start of a gateway
 */
export function valueField(field: WithShorthands, plugin = '', random: readonly string[] = []): ValueField {
  const { type, required, encrypted, referenceable, abstract, fields, shorthand_fields: short } = field;
  const elements = field.elements ?? field.values;
  return {
    type,
    ...(required === true && { required }),
    ...(field.default !== undefined && { default: field.default }),
    ...((encrypted === true || referenceable === true || holdsSecret(elements)) && { secret: true }),
    ...(elements && { elements: valueField(elements, plugin) }),
    ...(type === 'record' &&
      abstract !== true && { fields: recordFields({ fields: fields ?? [] }, plugin, random) }),
    ...(short && { shorthands: shorthands(short, plugin) }),
  };
}

const holdsSecret = (field: KongField | undefined): boolean =>
  field?.encrypted === true || field?.referenceable === true;

function recordFields(
  record: Pick<KongSchema, 'fields'>,
  plugin: string,
  random: readonly string[],
): Record<string, ValueField> {
  return Object.fromEntries(
    Array.from(fieldsOf(record), ([name, field]) => {
      const { default: _made, ...rest } = field;
      return [name, valueField(random.includes(name) ? rest : field, plugin)];
    }),
  );
}

/** Kong's schemas name these, and do not say what they do (Kong 3.9: plugins/session/schema.lua, opentelemetry/schema.lua). */
const SHORTHANDS: Readonly<Record<string, Readonly<Record<string, Shorthand>>>> = {
  opentelemetry: { endpoint: { path: ['traces_endpoint'], wins: false } },
  session: {
    cookie_lifetime: { path: ['rolling_timeout'], wins: true },
    cookie_idletime: { path: ['idling_timeout'], wins: true },
    cookie_renew: { path: [], wins: true },
    cookie_discard: { path: ['stale_ttl'], wins: true },
    cookie_samesite: { path: ['cookie_same_site'], wins: true, words: { off: 'Lax' } },
    cookie_httponly: { path: ['cookie_http_only'], wins: true },
    cookie_persistent: { path: ['remember'], wins: true },
  },
};

function shorthands(
  fields: NonNullable<WithShorthands['shorthand_fields']>,
  plugin: string,
): Record<string, Shorthand> {
  return Object.fromEntries(
    fields.flatMap(Object.entries<ShorthandField>).flatMap(([name, { deprecation }]) => {
      const [successor] = deprecation?.replaced_with ?? [];
      const meaning = successor ? { path: successor.path, wins: false } : SHORTHANDS[plugin]?.[name];
      return meaning === undefined ? [] : [[name, meaning] as const];
    }),
  );
}
