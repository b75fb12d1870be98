// Kong refuses a second plugin of a name on one scope only where it sees that the scope is one: not when ids are given, when one
// reference is a name and the other an id, or when one plugin is nested and the other is not (kong-verdicts: S3). It runs
// one of them then, and does not say which.
import { isDict, own } from '../document/dict.js';
import { parentField } from '../document/entity.js';
import type { Entity } from '../document/entity.js';
import type { EntityModel } from '../schema/model.js';
import { entityModel } from '../schema/model.js';
import { idFrom } from './identity.js';
import type { Identity } from './identity.js';

export interface Shadowed {
  readonly entity: Entity;
  readonly first: Entity;
}

const STREAM = new Set<unknown>(['tcp', 'tls', 'tls_passthrough', 'udp']);

/** @param entities in their order, all of one configuration; each pair is told at the later one */
export function findShadowed(
  entities: readonly Entity[],
  identities: ReadonlyMap<Entity, Identity>,
): Shadowed[] {
  const find = finder(entities, identities);
  const seen = new Map<string, Entity>();
  const shadowed: Shadowed[] = [];
  for (const entity of entities) {
    if (entity.model.type !== 'plugins' || own(entity.value, 'enabled') === false) continue;
    const scope = scopeOf(entity, find);
    if (scope === undefined) continue;
    const keys = subsystemsOf(entity).map((subsystem) => `${scope}\n${subsystem}`);
    const first = keys.map((key) => seen.get(key)).find((found) => found !== undefined);
    if (first !== undefined) shadowed.push({ entity, first });
    for (const key of keys) if (!seen.has(key)) seen.set(key, entity);
  }
  return shadowed;
}

/** HTTP and streams have plugins of their own. */
function subsystemsOf({ value }: Entity): string[] {
  const protocols = own(value, 'protocols');
  if (!Array.isArray(protocols) || protocols.length === 0) return ['http'];
  return Array.from(new Set(protocols.map((protocol) => (STREAM.has(protocol) ? 'stream' : 'http'))));
}

type Find = (type: string, reference: unknown) => number | undefined;

/** The plugin's name and what it is for; undefined where a reference leads nowhere. */
function scopeOf(entity: Entity, find: Find): string | undefined {
  const { model, value, parent } = entity;
  const name = own(value, 'name');
  if (typeof name !== 'string') return undefined;
  const parts = [name];
  const nested = parentField(entity);
  for (const [field, type] of model.references) {
    const reference = field === nested ? parent : own(value, field);
    if (reference === undefined || reference === null) {
      parts.push('');
      continue;
    }
    const target = find(type, reference);
    if (target === undefined) return undefined;
    parts.push(String(target));
  }
  return parts.join('\n');
}

/** Finds an entity by itself, its name or its id, and gives its number. Kong looks for names first. */
function finder(entities: readonly Entity[], identities: ReadonlyMap<Entity, Identity>): Find {
  const numbers = new Map<unknown, number>(entities.map((entity, index) => [entity, index]));
  const byType = new Map<string, Index>();
  return (type, reference) => {
    const number = numbers.get(reference);
    if (number !== undefined) return number;
    let index = byType.get(type);
    if (index === undefined) {
      index = indexOf(entityModel(type), entities, identities);
      byType.set(type, index);
    }
    if (typeof reference === 'string') return index.names.get(reference) ?? index.ids().get(reference);
    const id = isDict(reference) ? own(reference, 'id') : undefined;
    return typeof id === 'string' ? index.ids().get(id) : undefined;
  };
}

interface Index {
  readonly names: ReadonlyMap<string, number>;
  /** Made when first asked for: deriving ids costs a hash each. */
  readonly ids: () => ReadonlyMap<string, number>;
}

function indexOf(
  model: EntityModel,
  entities: readonly Entity[],
  identities: ReadonlyMap<Entity, Identity>,
): Index {
  const names = new Map<string, number>();
  const { uniqueName } = model;
  entities.forEach((entity, index) => {
    const name = entity.model === model && uniqueName !== undefined && own(entity.value, uniqueName);
    if (typeof name === 'string') names.set(name, index);
  });
  let ids: Map<string, number> | undefined;
  return {
    names,
    ids: () => {
      ids ??= new Map(
        entities.flatMap((entity, index) => {
          const identity = entity.model === model ? identities.get(entity) : undefined;
          const id = identity && idFrom(model.type, identity);
          return id === undefined ? [] : [[id, index] as const];
        }),
      );
      return ids;
    },
  };
}
