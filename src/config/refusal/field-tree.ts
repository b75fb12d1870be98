// The tree of messages in Kong's `fields`: it has the shape of the configuration, in lists by index, or by name where Kong knows
// one.
import { isDict, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import type { Entity } from '../document/entity.js';
import { MODELS } from '../schema/model.js';
import type { EntityModel } from '../schema/model.js';

/** A message of the tree, with the entity that it is about, if that is known. */
export interface TreeMessage {
  readonly message: string;
  readonly entity?: Entity;
  /** Kong's dotted path in the entity, or at the top. */
  readonly field?: string;
}

type ById = (type: string, id: string) => Entity | undefined;

/** @param entities of the revision, in its order */
export function readFieldTree(fields: Dict, entities: readonly Entity[], byId: ById): TreeMessage[] {
  return Object.entries(fields).flatMap(([key, node]) => {
    const model = MODELS.get(key);
    if (model === undefined || typeof node === 'string')
      return leaves(node).map((leaf) => ({ ...leaf, field: join(key, leaf.field) }));
    return readList(node, model, entities, byId);
  });
}

function readList(
  node: unknown,
  model: EntityModel,
  entities: readonly Entity[],
  byId: ById,
  parent?: Entity,
): TreeMessage[] {
  const siblings = entities.filter((entity) => entity.model === model && entity.parent === parent);
  const items: [string, unknown][] = Array.isArray(node)
    ? node.map((item: unknown, index) => [String(index + 1), item])
    : Object.entries(isDict(node) ? node : { 1: node });
  return items.flatMap(([key, item]) => {
    if (item === null) return [];
    const listed = /^\d+$/.test(key) ? siblings[Number(key) - 1] : undefined;
    const entity = byId(model.type, key) ?? named(key, model, entities) ?? listed;
    return readEntity(item, entity, model, entities, byId);
  });
}

function named(key: string, model: EntityModel, entities: readonly Entity[]): Entity | undefined {
  const field = model.keys.endpoint_key;
  if (field === undefined) return undefined;
  return entities.find((entity) => entity.model === model && own(entity.value, field) === key);
}

function readEntity(
  node: unknown,
  entity: Entity | undefined,
  model: EntityModel,
  entities: readonly Entity[],
  byId: ById,
): TreeMessage[] {
  const about = entity === undefined ? {} : { entity };
  if (!isDict(node)) return leaves(node).map(({ message }) => ({ message, ...about }));
  return Object.entries(node).flatMap(([key, child]) => {
    const nested = MODELS.get(key);
    if (nested !== undefined && model.children.has(key))
      return readList(child, nested, entities, byId, entity);
    if (key === '@entity') return leaves(child).map(({ message }) => ({ message, ...about }));
    return leaves(child).map((leaf) => ({ message: leaf.message, ...about, field: join(key, leaf.field) }));
  });
}

const join = (key: string, field: string | undefined): string =>
  field === undefined ? key : `${key}.${field}`;

/** All texts below a node, with the dotted path that leads to them; lists of messages count as one place. */
function leaves(node: unknown): { message: string; field?: string }[] {
  if (typeof node === 'string') return [{ message: node }];
  if (typeof node !== 'object' || node === null) return [];
  const isList = Array.isArray(node);
  return Object.entries(node).flatMap(([key, child]) => {
    const step = isList ? String(Number(key) + 1) : key;
    return leaves(child).map((leaf) => ({ message: leaf.message, field: join(step, leaf.field) }));
  });
}
