import {
  asMap,
  elementsOf,
  index,
  isSequence,
  isTable,
  LuaError,
  typeName,
  toText,
  type Table,
  type Value,
} from '../lua/value.js';
import { fillRecord } from './defaults.js';
import { runEntityChecks } from './entity-checks.js';
import { isReference } from './reference.js';
import type { Field, Problem, Problems, RecordSchema } from './types.js';

/** What validation needs to know of its surroundings. */
export interface World {
  /** Schema and primary key of an entity that a foreign key names. */
  entity(name: string): { readonly schema: RecordSchema; readonly primaryKey: readonly string[] } | undefined;
  /** Wall clock, in milliseconds. */
  now(): number;
}

const REQUIRED = 'required field missing';
const EXPECTED: Readonly<Record<string, string>> = {
  array: 'expected an array',
  set: 'expected a set',
  map: 'expected a map',
  record: 'expected a record',
  string: 'expected a string',
  number: 'expected a number',
  boolean: 'expected a boolean',
  integer: 'expected an integer',
};

/**
 * Checks a record and everything in it, in Kong's order: sub-schema, fields, required fields, entity checks,
 * transformations (kong/db/schema 3.9).
 *
 * @param complete whether missing fields count; a foreign key given as an object is checked without
 */
export function validateRecord(
  schema: RecordSchema,
  input: Table,
  world: World,
  complete = true,
): Problems | undefined {
  const unknown = subschemaProblem(schema, input);
  if (unknown !== undefined) return unknown;
  const problems: Problems = new Map();
  const subschema = subschemaOf(schema, input);
  for (const [key, value] of input) {
    if (key === 'updated_at' || (key === 'ttl' && schema.ttl)) continue;
    const name = toText(key);
    const base = schema.byName.get(name);
    const field = base === undefined ? undefined : (subschema?.byName.get(name) ?? base);
    const problem = field === undefined ? 'unknown field' : validateField(field, value, world);
    if (problem !== undefined) problems.set(key, problem);
  }
  for (const { name, field: own } of schema.fields) {
    const field = subschema?.byName.get(name) ?? own;
    const value = input.get(name);
    if (field.required && (value === null || (complete && value === undefined))) problems.set(name, REQUIRED);
  }
  runEntityChecks(schema, subschema, input, complete, problems, world);
  return problems.size === 0 ? undefined : problems;
}

/** Checks one value. Missing (`nil`) values are checked like any other: their type is wrong. */
export function validateField(field: Field, value: Value | undefined, world: World): Problem | undefined {
  if (value === null) return nullProblem(field);
  if (field.mustBeNull) return field.message ?? 'value must be null';
  if (field.abstract) return 'error in schema definition: abstract field was not specialized';
  const problem = typeProblem(field, value, world);
  if (problem !== undefined) return problem;
  if (field.referenceable && field.type === 'string' && isReference(value)) return undefined;
  if (value === undefined) return undefined;
  for (const check of field.checks) {
    const message = check(value);
    if (message !== undefined) return field.message ?? message;
  }
  return undefined;
}

/** The schema that narrows a record down: by a plugin's name, or by the first known protocol of a route. */
export function subschemaOf(schema: RecordSchema, input: Table): RecordSchema | undefined {
  if (schema.subschemas === undefined || schema.subschemaKey === undefined) return undefined;
  const key = input.get(schema.subschemaKey);
  for (const name of typeof key === 'string' ? [key] : elementsOf(key)) {
    const found = typeof name === 'string' ? schema.subschemas.get(name) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function subschemaProblem(schema: RecordSchema, input: Table): Problems | undefined {
  if (schema.subschemaKey === undefined) return undefined;
  const key = input.get(schema.subschemaKey);
  if (key === undefined || key === null) return new Map([[schema.subschemaKey, REQUIRED]]);
  if (subschemaOf(schema, input) !== undefined) return undefined;
  const name = toText(typeof key === 'string' ? key : index(key, 1));
  return new Map([
    [schema.subschemaKey, (schema.subschemaError ?? 'unknown type: %s').replace('%s', () => name)],
  ]);
}

function nullProblem(field: Field): string | undefined {
  if (field.mustEqual !== undefined) return `value must be ${toText(field.mustEqual)}`;
  return field.required ? REQUIRED : undefined;
}

function typeProblem(field: Field, value: Value | undefined, world: World): Problem | undefined {
  switch (field.type) {
    case 'array':
    case 'set':
      return isSequence(value) ? elementProblems(field, elementsOf(value), world) : EXPECTED[field.type];
    case 'map':
      return isTable(value) ? pairProblem(field, asMap(value), world) : EXPECTED['map'];
    case 'record':
      return isTable(value) ? recordProblems(field, asMap(value), world) : EXPECTED['record'];
    case 'foreign':
      return foreignProblem(field, value, world);
    case 'integer':
      return Number.isInteger(value) ? undefined : EXPECTED['integer'];
    case 'string':
    case 'number':
    case 'boolean':
      return typeName(value) === field.type ? undefined : EXPECTED[field.type];
    case 'json':
      return value === null || typeof value === 'string' ? undefined : 'value failed JSON-schema validation';
    default:
      return undefined;
  }
}

function elementProblems(field: Field, elements: readonly Value[], world: World): Problems | undefined {
  const problems: Problems = new Map();
  for (const [at, element] of elements.entries()) {
    const problem = field.elements === undefined ? undefined : validateField(field.elements, element, world);
    if (problem !== undefined) problems.set(at + 1, problem);
  }
  return problems.size === 0 ? undefined : problems;
}

/** Of a map only the first bad pair is told, without saying which one. */
function pairProblem(field: Field, pairs: Table, world: World): Problem | undefined {
  for (const [key, value] of pairs) {
    const problem =
      (field.keys === undefined ? undefined : validateField(field.keys, key, world)) ??
      (field.values === undefined ? undefined : validateField(field.values, value, world));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** A record is checked as it will be stored: with its defaults. */
function recordProblems(field: Field, value: Table, world: World): Problem | undefined {
  if (field.record === undefined) return undefined;
  const filled = fillRecord(field.record, value, world);
  if (filled === undefined) throw new LuaError("attempt to index local 'input' (a nil value)");
  return validateRecord(field.record, filled, world);
}

/** A foreign key is an object with the primary key of the entity it points to. */
function foreignProblem(field: Field, value: Value | undefined, world: World): Problem | undefined {
  const target = field.reference === undefined ? undefined : world.entity(field.reference);
  if (target === undefined) return undefined;
  const problems: Problems = new Map();
  for (const name of target.primaryKey) {
    const key = index(value, name);
    const keyField = target.schema.byName.get(name);
    const problem =
      key === undefined || key === false
        ? 'missing primary key'
        : keyField === undefined
          ? undefined
          : key === null && (keyField.required || keyField.auto)
            ? REQUIRED
            : validateField(keyField, key, world);
    if (problem !== undefined) problems.set(name, problem);
  }
  if (problems.size === 0) return undefined;
  const whole = isTable(value) ? validateRecord(target.schema, asMap(value), world, false) : undefined;
  return whole ?? problems;
}
