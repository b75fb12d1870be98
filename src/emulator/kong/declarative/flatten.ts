import { copyTable, index, isTable, LuaError, type Key, type Table, type Value } from '../lua/value.js';
import { fillRecord } from '../schema/defaults.js';
import type { Entity } from '../schema/catalog.js';
import type { Problem, Problems } from '../schema/types.js';
import { validateRecord } from '../schema/validate.js';
import { generateIds, lookUp, primaryKeyOf, resolveForValidation, type Found } from './ids.js';
import type { ConfigModel } from './model.js';
import { collectEntities, uniqueness } from './references.js';

/** Entities by type and id, no longer nested. */
export type Entities = Map<string, Map<string, Table>>;

export type FlattenResult =
  | { readonly ok: true; readonly entities: Entities; readonly meta: Table }
  | { readonly ok: false; readonly problems: Problems };

/**
 * A declarative config as entities Kong would store, or Kong's complaints. Generated ids are left in `config`, as
 * Kong does (its flattened errors show them).
 *
 * @throws LuaError where Kong's own code breaks
 */
export function flattenConfig(model: ConfigModel, config: Table): FlattenResult {
  if (!config.has('_transform')) config.set('_transform', true);
  const problems = validate(model, config);
  if (problems !== undefined) return { ok: false, problems };
  generateIds(model, config);
  const filled = fillRecord(model.byName, config, model.world);
  if (filled === undefined) throw new LuaError("bad argument #1 to 'for iterator' (table expected, got nil)");
  const collected = collectEntities(model, filled);
  if (collected.problems.size > 0) return { ok: false, problems: collected.problems };
  const meta: Table = new Map([...filled].filter(([key]) => typeof key === 'string' && key.startsWith('_')));
  return store(model, collected, meta);
}

/** Valid if either schema accepts it; else the second one's complaints, with the first one's about forbidden fields. */
function validate(model: ConfigModel, config: Table): Problems | undefined {
  const first = validateRecord(model.byName, config, model.world);
  if (first === undefined) return undefined;
  const copy = copyTable(config);
  resolveForValidation(model, copy);
  const second = validateRecord(model.full, copy, model.world);
  return second === undefined ? undefined : merge(second, forbiddenOnly(first));
}

function forbiddenOnly(problems: Problems): Problems {
  const kept: Problems = new Map();
  for (const [key, problem] of problems) {
    if (typeof problem === 'string') {
      if (problem === 'value must be null') kept.set(key, problem);
    } else {
      const inner = forbiddenOnly(problem);
      if (inner.size > 0) kept.set(key, inner);
    }
  }
  return kept;
}

function merge(base: Problems, over: Problems): Problems {
  const merged = new Map<Key, Problem>(base);
  for (const [key, problem] of over) {
    const present = merged.get(key);
    merged.set(key, present instanceof Map && problem instanceof Map ? merge(present, problem) : problem);
  }
  return merged;
}

function store(model: ConfigModel, found: Found, meta: Table): FlattenResult {
  const entities: Entities = new Map();
  const problems: Problems = new Map();
  for (const [name, items] of found.byId) {
    const entity = model.catalog.entities.get(name);
    if (entity === undefined) continue;
    const seen = new Map<string, Set<Value>>();
    const stored = new Map<string, Table>();
    for (const [id, item] of items) {
      const flat = flatItem(model, entity, item, found);
      checkUniqueFields(entity, id, flat, seen, problems);
      stored.set(id, flat);
    }
    entities.set(name, stored);
  }
  return problems.size === 0 ? { ok: true, entities, meta } : { ok: false, problems };
}

/** The entity's own fields, with every reference as the primary key of its target. */
function flatItem(model: ConfigModel, entity: Entity, item: Table, found: Found): Table {
  const flat: Table = new Map();
  for (const { name, field } of entity.schema.fields) {
    const value = item.get(name);
    if (field.type === 'foreign' && field.reference !== undefined && typeof value === 'string') {
      const target = lookUp(found, field.reference, value);
      const targetEntity = model.catalog.entities.get(field.reference);
      if (target !== undefined && targetEntity !== undefined)
        flat.set(name, primaryKeyOf(targetEntity, target));
    } else if (value !== undefined) flat.set(name, value);
  }
  const ttl = item.get('ttl');
  if (entity.ttl && ttl !== undefined && ttl !== null && ttl !== false) flat.set('ttl', ttl);
  return flat;
}

/** Kong keeps only the last clash of each entity type, filed under its name or id. */
function checkUniqueFields(
  entity: Entity,
  id: string,
  flat: Table,
  seen: Map<string, Set<Value>>,
  problems: Problems,
): void {
  for (const { name, field } of entity.schema.fields) {
    const value = flat.get(name);
    if (!field.unique || value === undefined || value === null || value === false) continue;
    const values = seen.get(name) ?? new Set<Value>();
    seen.set(name, values);
    const comparable = isTable(value) ? (index(value, 'id') ?? null) : value;
    if (!values.has(comparable)) {
      values.add(comparable);
      continue;
    }
    const label = entity.endpointKey === undefined ? undefined : flat.get(entity.endpointKey);
    const key: Key = label === undefined || isTable(label) ? id : label;
    problems.set(entity.name, new Map([[key, uniqueness(entity.name, name, value)]]));
  }
}

/** Number of entities, workspaces aside. */
export function countEntities(entities: Entities): number {
  let count = 0;
  for (const [name, items] of entities) if (name !== 'workspaces') count += items.size;
  return count;
}

/** A declared `default` workspace keeps its id; otherwise Kong's own is used. */
export function defaultWorkspace(entities: Entities): string {
  for (const item of entities.get('workspaces')?.values() ?? []) {
    const id = item.get('id');
    if (item.get('name') === 'default' && typeof id === 'string') return id;
  }
  return '0dc6f45b-8f8d-40d2-a504-473544ee190b';
}
