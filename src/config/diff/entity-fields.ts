// The fields of each entity type that are compared. Plugins, routes and vaults have fields that hang on what they are.
import { asList, asRecord, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import type { EntityModel } from '../schema/model.js';
import { PLUGIN_FIELDS } from '../schema/generated/plugin-fields.js';
import { valueField } from '../schema/value-field.js';
import type { ValueField } from '../schema/value-field.js';

/** Not compared as values: the id tells which entity it is, and Kong writes updated_at itself. */
const LEFT_OUT = ['id', 'updated_at'];

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

const KNOWN = new Map<string, ValueField>();

/**
 * An entity as a record: without its id and its references, with a plugin's config as that plugin has it.
 * @returns always the same object for the same type and kind
 */
export function entityField(model: EntityModel, entity: Dict): ValueField {
  const kinds = KINDS[model.type];
  const kind = kinds?.kindOf(entity);
  const special =
    kinds && typeof kind === 'string' && Object.hasOwn(kinds.fields, kind) ? kinds.fields[kind] : undefined;
  const key = special === undefined ? model.type : `${model.type}\n${String(kind)}`;
  let field = KNOWN.get(key);
  if (field === undefined) {
    field = { type: 'record', fields: { ...commonFields(model), ...special } };
    KNOWN.set(key, field);
  }
  return field;
}

function commonFields(model: EntityModel): Fields {
  const shown = Array.from(model.fields).filter(
    ([name]) => !LEFT_OUT.includes(name) && !model.references.has(name),
  );
  return {
    ...Object.fromEntries(shown.map(([name, field]) => [name, valueField(field)])),
    ...(model.keys.ttl && { ttl: { type: 'number' } as const }),
  };
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

/** Whether Kong works a value out where there is none, which then is no difference from one that is written. */
export function isWorkedOut(model: EntityModel, field: string): boolean {
  const { auto, timestamp } = model.fields.get(field) ?? {};
  return (
    (auto === true && timestamp === true) || (model.type === 'ca_certificates' && field === 'cert_digest')
  );
}
