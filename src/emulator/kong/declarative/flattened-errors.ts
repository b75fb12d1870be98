import { asMap, elementsOf, isTable, LuaError, type Key, type Table, type Value } from '../lua/value.js';
import { ENTITY, type Problem, type Problems } from '../schema/types.js';
import type { ConfigModel } from './model.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

interface Relation {
  readonly field: string;
  readonly entity: string;
  readonly reference: string;
}

/**
 * Kong's `flattened_errors`: what is wrong, entity by entity, beside the entity as it was sent. Takes nested children
 * out of the entities of `config`, and everything about listed entities out of `problems`: what is filed under a
 * name instead of a position (dangling references) is lost, as in Kong.
 */
export function flattenErrors(model: ConfigModel, config: Table, problems: Problems): Value[] {
  const relations = relationsOf(model);
  const flattened: Value[] = [];
  for (const [type, section] of drain(problems)) {
    const entities = typeof type === 'string' ? config.get(type) : undefined;
    if (typeof section === 'string' || !isTable(entities)) {
      problems.set(type, section);
      continue;
    }
    for (const [at, problem] of drain(section)) {
      const entity = asMap(entities).get(at);
      if (isTable(entity)) addEntity(relations, String(type), entity, problem, flattened);
    }
  }
  return flattened;
}

/** Foreign keys by both of their ends, as Kong keeps them. */
function relationsOf(model: ConfigModel): ReadonlyMap<string, readonly Relation[]> {
  const relations = new Map<string, Relation[]>();
  const add = (name: string, relation: Relation): void => {
    relations.set(name, [...(relations.get(name) ?? []), relation]);
  };
  for (const [entity, fields] of model.references) {
    for (const [field, reference] of fields) {
      add(entity, { field, entity, reference });
      add(reference, { field, entity, reference });
    }
  }
  return relations;
}

function addEntity(
  relations: ReadonlyMap<string, readonly Relation[]>,
  type: string,
  sent: Value[] | Table,
  problem: Problem | undefined,
  flattened: Value[],
): void {
  const problems: Problems =
    typeof problem === 'string' ? new Map([[ENTITY, problem]]) : (problem ?? new Map<Key, Problem>());
  if (problems.size === 0) return;
  const entity = asMap(sent);
  const key = primaryKey(entity);
  for (const relation of relations.get(type) ?? []) {
    if (relation.entity === type) splitParent(relations, relation, entity, problems, flattened);
    else splitChildren(relations, relation, entity, key, problems, flattened);
  }
  if (problems.size === 0) return;
  const errors: Value[] = [];
  categorize(problems, undefined, errors);
  if (errors.length > 0) flattened.push(errorItem(type, entity, errors));
}

/** An object given for a foreign key is told as an entity of its own. */
function splitParent(
  relations: ReadonlyMap<string, readonly Relation[]>,
  { field, reference }: Relation,
  entity: Table,
  problems: Problems,
  flattened: Value[],
): void {
  const value = entity.get(field);
  if (!isTable(value)) return;
  const problem = problems.get(field);
  const key = primaryKey(asMap(value));
  if (key === undefined) entity.delete(field);
  else entity.set(field, key);
  problems.delete(field);
  addEntity(relations, reference, value, problem, flattened);
}

function splitChildren(
  relations: ReadonlyMap<string, readonly Relation[]>,
  { field, entity: childType }: Relation,
  entity: Table,
  key: Table | undefined,
  problems: Problems,
  flattened: Value[],
): void {
  const children = entity.get(childType);
  if (!isTable(children)) return;
  const childProblems = problems.get(childType);
  entity.delete(childType);
  problems.delete(childType);
  if (childProblems === undefined) return;
  for (const [at, child] of elementsOf(children).entries()) {
    if (!isTable(child)) throw new LuaError('attempt to index local item');
    if (child instanceof Map && child.get(field) === undefined && key !== undefined) child.set(field, key);
    const problem = typeof childProblems === 'string' ? undefined : childProblems.get(at + 1);
    addEntity(relations, childType, child, problem, flattened);
  }
}

function errorItem(type: string, entity: Table, errors: Value[]): Table {
  const item: Table = new Map<Key, Value>([
    ['entity_type', type.endsWith('s') ? type.slice(0, -1) : type],
    ['entity', entity],
    ['errors', errors],
  ]);
  const [name, id, tags] = [entity.get('name'), entity.get('id'), entity.get('tags')];
  if (typeof name === 'string' && name !== '') item.set('entity_name', name);
  if (typeof id === 'string' && UUID.test(id)) item.set('entity_id', id);
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) item.set('entity_tags', tags);
  return item;
}

function primaryKey(entity: Table): Table | undefined {
  const id = entity.get('id');
  return typeof id === 'string' && UUID.test(id) ? new Map([['id', id]]) : undefined;
}

function categorize(problems: Problems, prefix: string | undefined, errors: Value[]): void {
  for (const [key, problem] of drain(problems)) {
    if (key === ENTITY) {
      for (const message of messages(problem))
        errors.push(
          errorOf([
            ['type', 'entity'],
            ['message', message],
          ]),
        );
      continue;
    }
    const field = prefix === undefined || prefix === '' ? key : `${prefix}.${String(key)}`;
    if (typeof problem === 'string') {
      errors.push(
        errorOf([
          ['type', 'field'],
          ['field', field],
          ['message', problem],
        ]),
      );
    } else categorize(problem, String(field), errors);
  }
}

function errorOf(entries: readonly (readonly [string, Value])[]): Table {
  return new Map<Key, Value>(entries);
}

function messages(problem: Problem): string[] {
  return typeof problem === 'string' ? [problem] : [...problem.values()].flatMap(messages);
}

/** Empties a table, highest key first, as Kong does it; keys of both kinds cannot be sorted, and Kong breaks. */
function* drain(problems: Problems): Generator<[Key, Problem]> {
  const keys = [...problems.keys()];
  if (new Set(keys.map((key) => typeof key)).size > 1)
    throw new LuaError('attempt to compare string with number');
  keys.sort((a, b) =>
    typeof a === 'number' && typeof b === 'number' ? b - a : String(a) < String(b) ? 1 : -1,
  );
  for (const key of keys) {
    const problem = problems.get(key);
    problems.delete(key);
    if (problem !== undefined) yield [key, problem];
  }
}
