// No two entities may share an id, a name or another unique value (kong/db/schema/others/declarative_config.lua).
import { isDict, own } from '../document/dict.js';
import { describe, nameOf, pathOf } from '../document/entity.js';
import type { Entity } from '../document/entity.js';
import type { Problem } from '../document/problem.js';
import { derivedId } from './identity.js';
import type { Identity } from './identity.js';

/** An entity that may not be, and the one that was there before. */
export interface Clash {
  readonly entity: Entity;
  readonly first: Entity;
  readonly what: string;
}

/** All clashes, each told at the later of the two entities. */
export function findClashes(identities: ReadonlyMap<Entity, Identity>): Clash[] {
  const seen = new Map<string, Entity>();
  const clashes: Clash[] = [];
  const claim = (key: string, entity: Entity, what: string): boolean => {
    const first = seen.get(key);
    if (first === undefined) seen.set(key, entity);
    else clashes.push({ entity, first, what });
    return first === undefined;
  };
  const derived = derivedIdsIn(identities);
  for (const [entity, identity] of identities) {
    const { type, uniqueFields, keys } = entity.model;
    let alone = true;
    for (const field of uniqueFields) {
      const value = own(entity.value, field);
      if (keys.primary_key.includes(field) || typeof value !== 'string') continue;
      alone = claim(`${type}\n${field}\n${value}`, entity, `the same ${field}`) && alone;
    }
    // Whoever shares a name has the same derived id, too: one word is enough.
    if (!alone) continue;
    if (identity.kind === 'given')
      claim(`${type}\nid\n${derived.get(identity.id) ?? identity.id}`, entity, 'the same id');
    else if (identity.kind === 'derived') claim(`${type}\nid\n\n${identity.key}`, entity, sameKey(entity));
  }
  return clashes;
}

/** Ids that are written out and may be derived ones of other entities: each with the mark of its key. */
function derivedIdsIn(identities: ReadonlyMap<Entity, Identity>): Map<string, string> {
  const given = new Set<string>();
  for (const identity of identities.values()) {
    // Version 5 is what Kong derives.
    if (identity.kind === 'given' && identity.id[14] === '5') given.add(identity.id);
  }
  const marks = new Map<string, string>();
  if (given.size === 0) return marks;
  for (const [{ model }, identity] of identities) {
    if (identity.kind !== 'derived') continue;
    const id = derivedId(model.type, identity.key);
    if (given.has(id)) marks.set(id, `\n${identity.key}`);
  }
  return marks;
}

const UNSEEN_SCOPE = 'the same derived id (Kong leaves out what is referred to as {id: ...})';

function sameKey({ model, value }: Entity): string {
  if (model.keys.cache_key?.some((field) => isDict(own(value, field)))) return UNSEEN_SCOPE;
  const fields = model.keys.cache_key ?? [model.keys.endpoint_key ?? 'name'];
  return model.type === 'plugins' ? 'the same name and the same scope' : `the same ${fields.join(' and ')}`;
}

/** @param placeOf says where the first one is, e.g. `a.yaml:3:5` */
export function clashProblem({ entity, first, what }: Clash, placeOf: (entity: Entity) => string): Problem {
  const hint = what === UNSEEN_SCOPE ? 'refer by a text instead, or give each an id' : undefined;
  return {
    severity: 'error',
    code: 'duplicate',
    message: `${describe(entity)}: another ${entity.model.singular.replaceAll('_', ' ')} with ${what} is at ${placeOf(first)}`,
    ...(hint !== undefined && { hint }),
    path: pathOf(entity),
    entity: nameOf(entity),
  };
}
