// The fields of each entity type that are compared. Plugins, routes and vaults have fields that hang on what they are.
import { asList, asRecord, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { childModels } from '../schema/model.js';
import type { EntityModel } from '../schema/model.js';
import { PLUGIN_FIELDS } from '../schema/generated/plugin-fields.js';
import { valueField } from '../schema/value-field.js';
import type { ValueField } from '../schema/value-field.js';

type Fields = Readonly<Record<string, ValueField>>;

const NO_STRIPPING: Fields = { strip_path: { type: 'boolean', required: true, default: false } };
const ENV_VAULT: Fields = {
  config: { type: 'record', required: true, fields: { prefix: { type: 'string' } } },
};

interface Kinds {
  readonly kindOf: (entity: Dict) => unknown;
  readonly fields: Readonly<Record<string, Fields>>;
}

/** By type: which kind of it an entity is, and what its fields are then. Kong's schema endpoint shows those of plugins only. */
const KINDS: Readonly<Record<string, Kinds>> = {
  plugins: {
    kindOf: (entity) => own(entity, 'name'),
    fields: Object.fromEntries(Object.entries(PLUGIN_FIELDS).map(([name, fields]) => [name, { ...fields }])),
  },
  routes: {
    kindOf: (entity) => asList(own(entity, 'protocols'))?.[0],
    fields: { grpc: NO_STRIPPING, grpcs: NO_STRIPPING },
  },
  vaults: { kindOf: (entity) => own(entity, 'name'), fields: { env: ENV_VAULT } },
};

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

/** @returns always the same object for the same type and kind */
export function entityShape(model: EntityModel, entity: Dict): EntityShape {
  const kinds = KINDS[model.type];
  const kind = kinds?.kindOf(entity);
  const special =
    kinds && typeof kind === 'string' && Object.hasOwn(kinds.fields, kind) ? kinds.fields[kind] : undefined;
  const key = special === undefined ? model.type : `${model.type}\n${String(kind)}`;
  let shape = KNOWN.get(key);
  if (shape === undefined) {
    shape = makeShape(model, special);
    KNOWN.set(key, shape);
  }
  return shape;
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

function isWorkedOut(model: EntityModel, name: string): boolean {
  const { auto, timestamp } = model.fields.get(name) ?? {};
  const isTime = auto === true && timestamp === true && name !== 'updated_at';
  return isTime || (model.type === 'ca_certificates' && name === 'cert_digest');
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
