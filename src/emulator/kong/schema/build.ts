import {
  asMap,
  elementsOf,
  fromJson,
  isTable,
  tableOf,
  toText,
  type Key,
  type Table,
  type Value,
} from '../lua/value.js';
import { customCheckAt, customEntityCheckAt, transformationsOf } from './bindings.js';
import { checksOf } from './checks.js';
import { isRegex } from './custom/regex.js';
import { ENTITY_SHORTHANDS, expansionAt } from './shorthands.js';
import type { EntityCheck, Field, NamedField, RecordSchema, Shorthand } from './types.js';

/** What a record is made of besides its definition. */
export interface RecordTraits {
  readonly name?: string;
  readonly ttl?: boolean;
  readonly subschemaKey?: string;
  readonly subschemaError?: string;
  readonly subschemas?: ReadonlyMap<string, RecordSchema>;
}

/**
 * A record schema from its definition in Kong's format (`GET /schemas/...`).
 *
 * @param place where it stands, to find the functions Kong does not show: `services`, `cors/config`
 */
export function buildRecord(definition: Table, place: string, traits: RecordTraits = {}): RecordSchema {
  const fields = namedDefinitions(definition.get('fields')).map(([name, field]) => ({
    name,
    field: buildField(field, `${place}${place.endsWith('/') ? '' : '.'}${name}`),
  }));
  return {
    ...traits,
    fields,
    byName: fieldsByName(fields),
    entityChecks: entityChecks(definition.get('entity_checks'), place),
    shorthands: shorthands(definition, place),
    transformations: transformationsOf(place),
    ttl: traits.ttl ?? false,
  };
}

/** A later field of the same name hides an earlier one. */
export function fieldsByName(fields: readonly NamedField[]): ReadonlyMap<string, Field> {
  return new Map(fields.map(({ name, field }) => [name, field]));
}

export function buildField(definition: Table, place: string): Field {
  const type = textAt(definition, 'type') ?? 'any';
  const equal = definition.get('eq');
  const reference = textAt(definition, 'reference');
  const message = textAt(definition, 'err');
  return {
    type,
    required: definition.get('required') === true,
    default: definition.get('default'),
    auto: definition.get('auto') === true,
    uuid: definition.get('uuid') === true,
    unique: definition.get('unique') === true,
    uniqueAcrossWorkspaces: definition.get('unique_across_ws') === true,
    transient: definition.get('transient') === true,
    abstract: definition.get('abstract') === true,
    referenceable: definition.get('referenceable') === true,
    cascades: definition.get('on_delete') === 'cascade',
    mustBeNull: equal === null,
    mustEqual: equal ?? undefined,
    message,
    checks: checksOf(definition, customCheckAt(place), (value) => isRegex(toText(value))),
    place,
    deprecated: definition.has('deprecation'),
    definition,
    ...innerFields(definition, type, place),
    ...(type === 'record' && definition.has('fields') ? { record: buildRecord(definition, place) } : {}),
    ...(reference === undefined ? {} : { reference }),
    ...replacement(definition),
  };
}

/** Elements, keys and values are always required: null is none. */
function innerFields(
  definition: Table,
  type: string,
  place: string,
): Pick<Field, 'elements' | 'keys' | 'values'> {
  const inner = (name: string, suffix: string): Field => {
    const table = definition.get(name);
    const required = new Map(table instanceof Map ? table : []).set('required', true);
    return buildField(required, place + suffix);
  };
  if (type === 'array' || type === 'set') return { elements: inner('elements', '[]') };
  return type === 'map' ? { keys: inner('keys', '{}'), values: inner('values', '{=}') } : {};
}

function replacement(definition: Table): Pick<Field, 'replacedBy'> {
  const deprecation = definition.get('deprecation');
  const [first] = deprecation instanceof Map ? elementsOf(deprecation.get('replaced_with')) : [];
  const path = first instanceof Map ? elementsOf(first.get('path')).map(String) : [];
  return path.length === 0 ? {} : { replacedBy: path };
}

function entityChecks(list: Value | undefined, place: string): EntityCheck[] {
  let customs = 0;
  return elementsOf(list).flatMap((check) => {
    const [entry] = isTable(check) ? asMap(check) : [];
    if (entry === undefined) return [];
    const [name, argument] = entry;
    if (name !== 'custom_entity_check') return [{ name: String(name), argument }];
    const custom = customEntityCheckAt(place.replace(/\/$/, ''), customs);
    customs += 1;
    return custom === undefined ? [] : [{ name, argument, custom }];
  });
}

function shorthands(definition: Table, place: string): Shorthand[] {
  const listed = namedDefinitions(definition.get('shorthand_fields'));
  const own = (ENTITY_SHORTHANDS.get(place) ?? []).map((name): [string, Table] => [
    name,
    new Map<Key, Value>([['type', 'string']]),
  ]);
  return [...own, ...listed].map(([name, field]) => {
    const built = buildField(field, `${place}.${name}`);
    return { name, field: built, expand: expansionAt(`${place}.${name}`, built.replacedBy) };
  });
}

/** Kong writes ordered fields as `[{name: definition}, ...]`. */
function namedDefinitions(list: Value | undefined): [string, Table][] {
  return elementsOf(list).flatMap((item): [string, Table][] => {
    const [entry] = isTable(item) ? asMap(item) : [];
    return entry !== undefined && entry[1] instanceof Map ? [[String(entry[0]), entry[1]]] : [];
  });
}

/** A table written as a JS literal. */
export function definitionOf(literal: object): Table {
  return tableOf(fromJson(literal));
}

function textAt(table: Table, name: string): string | undefined {
  const value = table.get(name);
  return typeof value === 'string' ? value : undefined;
}
