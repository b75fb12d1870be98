import { createHash, randomUUID } from 'node:crypto';
import {
  asMap,
  copyTable,
  elementsOf,
  index,
  isTable,
  LuaError,
  toText,
  typeName,
  type Table,
  type Value,
} from '../lua/value.js';
import type { Entity } from '../schema/catalog.js';
import { parentField, type ConfigModel } from './model.js';

/** Kong's name space for generated ids; each table has its own below it. */
const ENTITIES = 'fd02801f-0957-4a15-a55a-c8d9606f30b5';

/** The entity a nested list belongs to. */
export interface Parent {
  readonly entity: Entity;
  readonly item: Table;
}

/** UUID version 5 (RFC 4122, 4.3). */
export function uuid5(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

const namespaces = new Map<string, string>();

function entityId(table: string, key: string): string {
  let namespace = namespaces.get(table);
  if (namespace === undefined) {
    namespace = uuid5(ENTITIES, table);
    namespaces.set(table, namespace);
  }
  return uuid5(namespace, key);
}

interface EntityList {
  readonly entity: Entity;
  readonly items: Value[];
  /** Of a nested list: the foreign key that points to the parent. */
  readonly childKey: string | undefined;
}

/**
 * The lists of entities in a table, in the order in which Kong walks them. A list that is also a field of the
 * parent (the SNIs of a certificate) counts only where transient fields do.
 */
export function* entityLists(
  model: ConfigModel,
  input: Table,
  parent: Parent | undefined,
  withTransient = false,
): Generator<EntityList> {
  for (const entity of model.entities) {
    const items = input.get(entity.name);
    if (!isTable(items)) continue;
    const ownField = parent?.entity.schema.byName.get(entity.name);
    if (ownField !== undefined && !(withTransient && ownField.transient)) continue;
    const childKey = parent && parentField(model, entity.name, parent.entity.name);
    if (parent !== undefined && childKey === undefined && elementsOf(items).length > 0) {
      throw new LuaError(`a '${parent.entity.name}' entity cannot hold '${entity.name}'`);
    }
    if (Array.isArray(items)) yield { entity, items, childKey };
  }
}

/**
 * Gives every entity without an id the one Kong derives from its cache key or its endpoint key; others stay
 * without (they get a random one later). Changes the lists, not the entities in them.
 */
export function generateIds(model: ConfigModel, input: Table, parent?: Parent): void {
  for (const { entity, items, childKey } of entityLists(model, input, parent)) {
    for (const [at, item] of items.entries()) {
      const key = idKey(entity, item, parent, childKey);
      let named = item;
      if (key?.value !== undefined) {
        named = asMap(isTable(item) ? item : []);
        named = copyTable(named).set(key.field, entityId(entity.name, key.value));
        items[at] = named;
      }
      if (named instanceof Map) generateIds(model, named, { entity, item: named });
    }
  }
}

/** What a reference may be found by. */
export interface Found {
  readonly byId: Map<string, Map<string, Table>>;
  readonly byKey: Map<string, Map<Value, Table>>;
}

/**
 * Prepares a copy of the config for the full schema: every entity gets an id, nested ones their parent, and
 * references that can be resolved become objects.
 */
export function resolveForValidation(model: ConfigModel, input: Table): void {
  const found: Found = { byId: new Map(), byKey: new Map() };
  fillIds(model, input, found, undefined);
  for (const [name, items] of found.byId) {
    for (const [field, reference] of model.references.get(name) ?? []) {
      for (const item of items.values()) {
        const value = item.get(field);
        const target = typeof value === 'string' ? lookUp(found, reference, value) : undefined;
        const entity = model.catalog.entities.get(reference);
        if (target !== undefined && entity !== undefined) item.set(field, primaryKeyOf(entity, target));
      }
    }
  }
}

function fillIds(model: ConfigModel, input: Table, found: Found, parent: Parent | undefined): void {
  for (const { entity, items, childKey } of entityLists(model, input, parent)) {
    for (const [at, item] of items.entries()) {
      const key = idKey(entity, item, parent, childKey);
      if (key !== undefined && !isTable(item)) throw new LuaError(`attempt to index a ${typeof item} value`);
      const own = asMap(isTable(item) ? item : []);
      items[at] = own;
      if (key !== undefined)
        own.set(key.field, key.value === undefined ? randomUUID() : entityId(entity.name, key.value));
      fillIds(model, own, found, { entity, item: own });
      listOf(found.byId, entity.name).set(primaryKeyText(entity, own), own);
      const endpoint = entity.endpointKey === undefined ? undefined : own.get(entity.endpointKey);
      if (endpoint !== undefined && endpoint !== false && !listOf(found.byKey, entity.name).has(endpoint)) {
        listOf(found.byKey, entity.name).set(endpoint, own);
      }
      const present = childKey === undefined ? null : own.get(childKey);
      if (parent !== undefined && childKey !== undefined && (present === undefined || present === false)) {
        own.set(childKey, primaryKeyOf(parent.entity, parent.item));
      }
    }
  }
}

/** By name first, then by id. */
export function lookUp({ byId, byKey }: Found, entity: string, value: Value): Table | undefined {
  return (
    byKey.get(entity)?.get(value) ?? (typeof value === 'string' ? byId.get(entity)?.get(value) : undefined)
  );
}

export function primaryKeyOf(entity: Entity, item: Table): Table {
  const key: Table = new Map();
  for (const name of entity.primaryKey) {
    const value = item.get(name);
    if (value !== undefined) key.set(name, value);
  }
  return key;
}

/** The primary key as one text: what Kong files an entity under. */
export function primaryKeyText(entity: Entity, item: Value): string {
  const values = entity.primaryKey.map((name) => index(item, name));
  if (values.length === 1) return toText(values[0]);
  return values.map((value) => (value === undefined || value === false ? '' : toText(value))).join(':');
}

/** The field that needs an id, and the text to derive it from, if there is one. */
function idKey(
  entity: Entity,
  item: Value,
  parent: Parent | undefined,
  childKey: string | undefined,
): { field: string; value: string | undefined } | undefined {
  const [field, ...more] = entity.primaryKey;
  if (field === undefined || more.length > 0 || index(item, field) !== undefined) return undefined;
  if (entity.schema.byName.get(field)?.uuid !== true) return undefined;
  if (entity.cacheKey !== undefined)
    return { field, value: cacheKey(entity, entity.cacheKey, item, parent, childKey) };
  const endpoint = entity.endpointKey === undefined ? undefined : index(item, entity.endpointKey);
  return { field, value: typeof endpoint === 'string' ? endpoint : undefined };
}

function cacheKey(
  entity: Entity,
  names: readonly string[],
  item: Value,
  parent: Parent | undefined,
  childKey: string | undefined,
): string | undefined {
  const parts = [entity.name, '*'];
  for (const name of names) {
    const field = entity.schema.byName.get(name);
    if (field?.auto === true) return undefined;
    const value = index(item, name);
    if (typeof value === 'string') parts.push(value);
    else if (value === undefined) {
      if (name === childKey && parent !== undefined) {
        const id = parent.item.get('id');
        if (id === undefined) return undefined;
        if (typeof id !== 'string')
          throw new LuaError(`invalid value (${typeName(id)}) in table for 'concat'`);
        parts.push(id);
      } else if (field?.required === true) return undefined;
      else parts.push('');
    }
  }
  return parts.join(':');
}

function listOf<K, V>(map: Map<string, Map<K, V>>, name: string): Map<K, V> {
  const list = map.get(name) ?? new Map<K, V>();
  map.set(name, list);
  return list;
}
