import { encodeJson } from '../lua/json.js';
import { copyTable, index, LuaError, toText, type Key, type Table, type Value } from '../lua/value.js';
import type { Entity } from '../schema/catalog.js';
import type { Problem, Problems } from '../schema/types.js';
import { entityLists, lookUp, primaryKeyOf, primaryKeyText, type Found, type Parent } from './ids.js';
import type { ConfigModel } from './model.js';

/** All entities of a config, found by id and by name, in the order in which Kong met them. */
export interface Collected extends Found {
  readonly problems: Problems;
}

interface Expected {
  readonly entity: string;
  readonly field: string;
  readonly value: Value;
  readonly target: string;
  /** Where Kong reports it: by name or id, else by position. */
  readonly at: Key;
}

/**
 * Collects every entity, nested or not, and checks that ids and unique names occur once and that every reference
 * has its target. Nested entities get their parent's key, whatever they said themselves.
 */
export function collectEntities(model: ConfigModel, input: Table): Collected {
  const collected: Collected = { byId: new Map(), byKey: new Map(), problems: new Map() };
  const expected: Expected[] = [];
  collect(model, input, collected, expected, undefined, 0);
  for (const reference of expected) checkReference(reference, collected);
  return collected;
}

function collect(
  model: ConfigModel,
  input: Table,
  collected: Collected,
  expected: Expected[],
  parent: Parent | undefined,
  parentAt: number,
): void {
  for (const { entity, items, childKey } of entityLists(model, input, parent, true)) {
    for (const [index0, item] of items.entries()) {
      if (!(item instanceof Map)) throw new LuaError('attempt to index a value');
      const at = index0 + 1;
      collect(model, item, collected, expected, { entity, item }, at);
      const key = uniqueKey(entity, item);
      const isNew = key === undefined || key === null || addByKey(collected, entity, item, key, at);
      addById(collected, entity, item, isNew, at, parent, parentAt);
      for (const [field, target] of model.references.get(entity.name) ?? []) {
        const value = item.get(field);
        if (value === undefined || value === null) continue;
        const where = key === undefined ? primaryKeyText(entity, item) : key;
        expected.push({ entity: entity.name, field, value, target, at: keyOf(where) });
      }
      if (parent !== undefined && childKey !== undefined) {
        item.set(childKey, copyTable(primaryKeyOf(parent.entity, parent.item)));
      }
    }
  }
}

/** The endpoint key, if Kong keeps it unique. */
function uniqueKey(entity: Entity, item: Table): Value | undefined {
  if (entity.endpointKey === undefined) return undefined;
  return entity.schema.byName.get(entity.endpointKey)?.unique === true
    ? item.get(entity.endpointKey)
    : undefined;
}

function addByKey(collected: Collected, entity: Entity, item: Table, key: Value, at: number): boolean {
  const known = listOf(collected.byKey, entity.name);
  if (!known.has(key)) {
    known.set(key, item);
    return true;
  }
  below(collected.problems, entity.name).set(at, uniqueness(entity.name, entity.endpointKey ?? '', key));
  return false;
}

function addById(
  collected: Collected,
  entity: Entity,
  item: Table,
  isNew: boolean,
  at: number,
  parent: Parent | undefined,
  parentAt: number,
): void {
  const known = listOf(collected.byId, entity.name);
  const id = primaryKeyText(entity, item);
  if (!isNew || !known.has(id)) {
    known.set(id, item);
    return;
  }
  const problems =
    parent === undefined
      ? below(collected.problems, entity.name)
      : below(below(below(collected.problems, parent.entity.name), parentAt), entity.name);
  problems.set(at, uniqueness(entity.name, 'primary key', id));
}

function checkReference({ entity, field, value, target, at }: Expected, collected: Collected): void {
  const id = value instanceof Map ? (index(value, 'id') ?? value) : value;
  if (lookUp(collected, target, id) !== undefined) return;
  const shown = typeof value === 'string' ? value : encodeJson(value);
  const list = below(below(collected.problems, entity), at);
  list.set(list.size + 1, `invalid reference '${field}: ${shown}' (no such entry in '${target}')`);
}

export function uniqueness(entity: string, field: string, value: Value): string {
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new LuaError('attempt to concatenate a value');
  return `uniqueness violation: '${entity}' entity with ${field} set to '${toText(value)}' already declared`;
}

function below(problems: Problems, key: Key): Problems {
  const present = problems.get(key) ?? new Map<Key, Problem>();
  if (!(present instanceof Map)) throw new LuaError('attempt to index a string value');
  problems.set(key, present);
  return present;
}

function listOf<K, V>(map: Map<string, Map<K, V>>, name: string): Map<K, V> {
  const list = map.get(name) ?? new Map<K, V>();
  map.set(name, list);
  return list;
}

function keyOf(value: Value): Key {
  return typeof value === 'object' && value !== null ? toText(value) : value;
}
