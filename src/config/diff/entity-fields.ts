// The fields of each entity type that are compared. Plugins, routes and vaults have fields that hang on what they are.
import { asList, asRecord, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import type { Entity } from '../document/entity.js';
import { childModels } from '../schema/model.js';
import type { EntityModel } from '../schema/model.js';
import type { PluginModel } from '../schema/plugin-model.js';
import { valueField } from './value-field.js';
import type { ValueField } from './value-field.js';

type Fields = Readonly<Record<string, ValueField>>;

/** What of an entity is compared, and how. */
export interface EntityShape {
  /** Without id and references; with a plugin's config as that plugin has it. */
  readonly record: ValueField;
  /** Values that Kong works out where there are none, which then are no difference from those that are written. */
  readonly workedOut: readonly string[];
  /** Everything else that an entity may hold. */
  readonly apart: ReadonlySet<string>;
}

const KNOWN = new Map<string, EntityShape>();
const OF_PLUGINS = new WeakMap<PluginModel, EntityShape>();

/** @returns always the same object for the same type and kind */
export function entityShape(entity: Entity): EntityShape {
  const { model, plugin } = entity;
  if (plugin !== undefined) return known(OF_PLUGINS, plugin, () => makeShape(model, pluginFields(plugin)));
  const kind = kindOf(entity);
  return known(KNOWN, `${model.type}\n${kind ?? ''}`, () => makeShape(model, KINDS[kind ?? '']));
}

function known<K>(
  shapes: { get: (key: K) => EntityShape | undefined; set: (key: K, shape: EntityShape) => unknown },
  key: K,
  make: () => EntityShape,
): EntityShape {
  const shape = shapes.get(key) ?? make();
  shapes.set(key, shape);
  return shape;
}

function pluginFields({ facts: { config, generated, defaultProtocols } }: PluginModel): Fields {
  return {
    config: valueField(config, generated),
    ...(defaultProtocols && {
      protocols: { type: 'set', required: true, default: defaultProtocols, elements: TEXT },
    }),
  };
}

const TEXT: ValueField = { type: 'string' };

/** Kinds of routes and vaults that have a schema of their own, which Kong's schema endpoint does not show. */
const KINDS: Readonly<Record<string, Fields>> = {
  'grpc route': { strip_path: { type: 'boolean', required: true, default: false } },
  'env vault': { config: { type: 'record', required: true, fields: { prefix: TEXT } } },
};

function kindOf({ model, value }: Entity): string | undefined {
  if (model.type === 'vaults') return own(value, 'name') === 'env' ? 'env vault' : undefined;
  const first = model.type === 'routes' ? asList(own(value, 'protocols'))?.[0] : undefined;
  return first === 'grpc' || first === 'grpcs' ? 'grpc route' : undefined;
}

function makeShape(model: EntityModel, special: Fields | undefined): EntityShape {
  const workedOut = Array.from(model.fields.keys()).filter((name) => isWorkedOut(model, name));
  const references = Array.from(model.references.keys());
  const apart = new Set(['id', 'updated_at', '_comment', '_ignore', ...references, ...workedOut]);
  const compared = Array.from(model.fields).filter(([name]) => !apart.has(name));
  const fields: Fields = {
    ...Object.fromEntries(compared.map(([name, field]) => [name, valueField(field)])),
    ...(model.keys.ttl && { ttl: { type: 'number' } as const }),
    ...special,
  };
  const nested = childModels(model).map(({ type }) => type);
  return { record: { type: 'record', fields }, workedOut, apart: new Set([...apart, ...nested]) };
}

function isWorkedOut({ type }: EntityModel, name: string): boolean {
  return name === 'created_at' || (type === 'ca_certificates' && name === 'cert_digest');
}

/** Lists and maps that mean the same when empty as when they are not there. Elsewhere an empty list may say "none at all". */
const EMPTY_IS_NONE: Readonly<Record<string, readonly string[]>> = {
  routes: ['methods', 'hosts', 'paths', 'headers', 'snis', 'sources', 'destinations'],
};

/** Empty ones that mean nothing become null. */
export function withoutEmpty(type: string, fields: Dict): Dict {
  const names = ['tags', ...(EMPTY_IS_NONE[type] ?? [])];
  const empty = names.filter((name) => {
    const value = own(fields, name);
    return Array.isArray(value) ? value.length === 0 : Object.keys(asRecord(value) ?? { value }).length === 0;
  });
  return empty.length === 0
    ? fields
    : { ...fields, ...Object.fromEntries(empty.map((name) => [name, null])) };
}
