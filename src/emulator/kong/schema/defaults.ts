import { randomBytes, randomUUID } from 'node:crypto';
import {
  asMap,
  deepCopy,
  elementsOf,
  getPath,
  index,
  isSequence,
  isTable,
  sameValue,
  tableOf,
  type Key,
  type Table,
  type Value,
} from '../lua/value.js';
import type { Field, RecordSchema, Shorthand } from './types.js';
import { subschemaOf, validateField, type World } from './validate.js';

/**
 * A record with everything filled in that Kong fills in: shorthands expanded, ids, keys and times made, defaults
 * set, sets without repetitions. The input stays as it is.
 *
 * @returns nothing when a shorthand is wrong; Kong then goes on without the record (and mostly crashes)
 */
export function fillRecord(schema: RecordSchema, input: Table, world: World): Table | undefined {
  const data: Table = new Map(input);
  let broken = false;
  for (const shorthand of schema.shorthands) {
    if (!expandShorthand(shorthand, data, world)) broken = true;
  }
  if (broken) return undefined;
  const overrides = subschemaOf(schema, data)?.byName;
  for (const { name, field: own } of schema.fields) {
    const field = overrides?.get(name) ?? own;
    const filled = fillField(field, generate(field, name, data.get(name), world), world);
    if (filled === FAILED) return undefined;
    if (filled === undefined) data.delete(name);
    else data.set(name, filled);
  }
  return data;
}

const FAILED = Symbol('a record below could not be filled');

/** Replaces a shorthand by the fields it stands for; false when its value is wrong. */
function expandShorthand({ name, field, expand }: Shorthand, data: Table, world: World): boolean {
  const value = data.get(name);
  if (value === undefined) return true;
  if (validateField(field, value, world) !== undefined || conflicts(field, value, data)) return false;
  data.delete(name);
  for (const [key, expanded] of expand(value) ?? []) {
    const present = data.get(key);
    if (expanded instanceof Map) {
      const given = tableOf(present);
      data.set(key, field.deprecated ? keepingNonNull(expanded, given) : new Map([...given, ...expanded]));
    } else if (!field.deprecated || present === undefined || present === null) data.set(key, expanded);
  }
  return true;
}

/** A deprecated field and its successor may both be there only with one value. */
function conflicts(field: Field, value: Value, data: Table): boolean {
  if (field.replacedBy === undefined || value === null) return false;
  let successor: Value | undefined = data;
  for (const name of field.replacedBy) {
    if (successor === undefined) return false;
    successor = index(successor, name);
  }
  return successor !== undefined && successor !== null && successor !== false && !sameValue(successor, value);
}

function keepingNonNull(base: Table, over: Table): Table {
  const merged = new Map(base);
  for (const [key, value] of over) if (!merged.has(key) || value !== null) merged.set(key, value);
  return merged;
}

/** Ids, random keys and times of automatic fields. */
function generate(field: Field, name: string, value: Value | undefined, world: World): Value | undefined {
  if (!field.auto) return value;
  if (field.uuid) return value ?? (value === null ? null : randomUUID());
  if (field.type === 'string') return value === undefined ? randomBytes(24).toString('base64url') : value;
  const isNew = name === 'created_at' && (value === undefined || value === null);
  if (!isNew && name !== 'updated_at') return value;
  return field.type === 'number' ? world.now() / 1000 : Math.floor(world.now() / 1000);
}

/** The value with its defaults, recursively. */
function fillField(field: Field, value: Value | undefined, world: World): Value | undefined | typeof FAILED {
  if (field.abstract) return value;
  if (field.type === 'record') {
    if (value === null) return null;
    const given = value === undefined || value === false ? missing(field, world) : value;
    if (!isTable(given) || field.record === undefined) return given;
    return fillRecord(field.record, asMap(given), world) ?? FAILED;
  }
  if (!isTable(value)) return value === undefined ? missing(field, world) : value;
  if (field.type === 'array' || field.type === 'set') return fillList(field, value, world);
  if (field.type === 'map' && field.values !== undefined) return fillMap(field.values, value, world);
  return value;
}

function fillList(field: Field, value: Value[] | Table, world: World): Value {
  if (field.elements === undefined) return value;
  if (!isSequence(value)) return fillMap(field.elements, value, world);
  const elements = field.type === 'set' ? [...new Set(elementsOf(value))] : elementsOf(value);
  const filled = elements.map((element) => fillElement(field.elements, element, world));
  return withoutFailed(filled);
}

/** Elements that could not be filled become holes: at the end the list gets shorter, elsewhere it is no list. */
function withoutFailed(filled: readonly (Value | undefined)[]): Value {
  const last = filled.findLastIndex((element) => element !== undefined);
  const kept = filled.slice(0, last + 1);
  const whole = kept.filter((element) => element !== undefined);
  if (whole.length === kept.length) return whole;
  return new Map(
    kept.flatMap((element, at): [Key, Value][] => (element === undefined ? [] : [[at + 1, element]])),
  );
}

function fillMap(values: Field, value: Value[] | Table, world: World): Value {
  const filled: Table = new Map();
  for (const [key, element] of asMap(value)) {
    const result = fillElement(values, element, world);
    if (result !== undefined) filled.set(key, result);
  }
  return filled;
}

function fillElement(field: Field | undefined, value: Value, world: World): Value | undefined {
  if (field === undefined) return value;
  const filled = fillField(field, value, world);
  return filled === FAILED ? undefined : filled;
}

/** What stands for a missing value: the default, null for an optional field, a filled record for a required one. */
function missing(field: Field, world: World): Value | undefined {
  if (field.default !== undefined) return deepCopy(field.default);
  if (!field.required) return null;
  if (field.type === 'record' && field.record !== undefined)
    return fillRecord(field.record, new Map(), world);
  return undefined;
}

/** A stored record as Kong reads it out: with its deprecated fields shown beside their successors. */
export function showDeprecated(schema: RecordSchema, data: Table): Table {
  const shown = new Map(data);
  const subschema = subschemaOf(schema, data);
  for (const { name, field: own } of schema.fields) {
    const field = subschema?.byName.get(name) ?? own;
    const value = data.get(name);
    if (field.record !== undefined && value instanceof Map)
      shown.set(name, showDeprecated(field.record, value));
  }
  for (const { name, field } of schema.shorthands) {
    if (field.replacedBy !== undefined) shown.set(name, getPath(shown, field.replacedBy.join('.')) ?? null);
  }
  return shown;
}
