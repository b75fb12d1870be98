// The fields of each entity type, and of each plugin, that are compared.
import { asRecord, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import type { EntityModel } from '../schema/model.js';
import { PLUGIN_FIELDS } from '../schema/generated/plugin-fields.js';
import { valueField } from '../schema/value-field.js';
import type { ValueField } from '../schema/value-field.js';

/** Not compared as values: the id tells which entity it is, and Kong writes updated_at itself. */
const LEFT_OUT = ['id', 'updated_at'];

const KNOWN = new Map<string, ValueField>();

/**
 * An entity as a record: without its id and its references, with a plugin's config as that plugin has it.
 * @returns always the same object for the same type and plugin
 */
export function entityField(model: EntityModel, entity: Dict): ValueField {
  const plugin = model.type === 'plugins' ? own(entity, 'name') : undefined;
  const known = typeof plugin === 'string' && Object.hasOwn(PLUGIN_FIELDS, plugin) ? plugin : '';
  const key = `${model.type}\n${known}`;
  let field = KNOWN.get(key);
  if (field === undefined) {
    field = makeField(model, known);
    KNOWN.set(key, field);
  }
  return field;
}

function makeField(model: EntityModel, plugin: string): ValueField {
  const fields: Record<string, ValueField> = {};
  for (const [name, field] of model.fields)
    if (!LEFT_OUT.includes(name) && !model.references.has(name)) fields[name] = valueField(field);
  if (model.keys.ttl) fields['ttl'] = { type: 'number' };
  return { type: 'record', fields: { ...fields, ...PLUGIN_FIELDS[plugin] } };
}

/** Lists and maps that mean the same when empty as when they are not there. Elsewhere an empty list may say "none at all". */
const EMPTY_IS_NONE: Readonly<Record<string, readonly string[]>> = {
  routes: ['methods', 'hosts', 'paths', 'headers', 'snis', 'sources', 'destinations'],
};

/** An empty one in its place: null. */
export function withoutEmpty(type: string, fields: Dict): Dict {
  const names = ['tags', ...(EMPTY_IS_NONE[type] ?? [])];
  const empty = names.filter((name) => {
    const value = asRecord(own(fields, name));
    return value !== undefined && Object.keys(value).length === 0;
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
