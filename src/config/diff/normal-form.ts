// A value as Kong stores it: defaults filled in, sets without order and repetition. Two values that Kong
// takes for one have one normal form.
import { asList, asRecord, isDict } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { setOwn } from '../parse/set-own.js';
import { canonicalJson } from '../seal/canonical-json.js';
import type { ValueField } from './value-field.js';

/** @param field undefined for what nobody has a schema of */
export function normalForm(field: ValueField | undefined, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (field === undefined) return plain(value);
  switch (field.type) {
    case 'record':
      return recordForm(field, value);
    case 'array':
      return asList(value)?.map((item) => normalForm(field.elements, item)) ?? plain(value);
    case 'set':
      return setForm(field, value);
    case 'map': {
      const map = asRecord(value);
      return map === undefined ? plain(value) : mapValues(map, (item) => normalForm(field.elements, item));
    }
    default:
      return plain(value);
  }
}

/** An empty list and an empty mapping are one for Lua. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value as unknown[]) items.push(plain(item));
    return items.length === 0 ? {} : items;
  }
  return isDict(value) ? mapValues(value, plain) : value;
}

/** One frame per level of nesting, of which a text may have 2,000. */
function mapValues(dict: Dict, change: (value: unknown) => unknown): Dict {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(dict)) setOwn(out, key, change(value));
  return out;
}

function setForm({ elements }: ValueField, value: unknown): unknown {
  const list = asList(value);
  if (list === undefined) return plain(value);
  const items = new Map<string, unknown>();
  for (const item of list) {
    const form = normalForm(elements, item);
    items.set(canonicalJson(form), form);
  }
  return Array.from(items)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, form]) => form);
}

function recordForm(field: ValueField, value: unknown): unknown {
  const record = asRecord(value);
  return record === undefined || field.fields === undefined ? plain(value) : fillRecord(field, record);
}

/**
 * A record with all of its fields; what its schema does not know stays. Kong looks at updated_at in no record.
 * @param apart fields that are left out
 */
export function fillRecord(field: ValueField, record: Dict, apart?: ReadonlySet<string>): Dict {
  const { fields = {} } = field;
  const out: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(fields))
    out[name] = Object.hasOwn(record, name) ? writtenForm(each, record[name]) : whenAbsent(each);
  for (const [name, item] of Object.entries(record))
    if (!Object.hasOwn(fields, name) && name !== 'updated_at' && apart?.has(name) !== true)
      setOwn(out, name, plain(item));
  return out;
}

/** What is written out and equal to the default is that very object: so that telling them apart costs nothing. */
function writtenForm(field: ValueField, value: unknown): unknown {
  const form = normalForm(field, value);
  if (typeof form !== 'object' || form === null) return form;
  const usual = whenAbsent(field);
  return usual !== null && canonicalJson(form) === canonicalJson(usual) ? usual : form;
}

const ABSENT = new WeakMap<ValueField, { readonly form: unknown }>();

/** What stands for a field that is not written. A written null keeps Kong from filling in the default. */
export function whenAbsent(field: ValueField): unknown {
  let known = ABSENT.get(field);
  if (known === undefined) {
    const isMade = field.type === 'record' && field.required === true;
    known = { form: normalForm(field, field.default ?? (isMade ? {} : null)) };
    ABSENT.set(field, known);
  }
  return known.form;
}
