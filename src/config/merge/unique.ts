// No two entities may share an id, a name or another unique value (kong/db/schema/others/declarative_config.lua).
import { isDict, own } from '../document/dict.js';
import { describe, nameOf, pathOf } from '../document/entity.js';
import type { Entity } from '../document/entity.js';
import type { Problem } from '../document/problem.js';
import type { EntityModel } from '../schema/model.js';
import { derivedId } from './identity.js';
import type { Identity } from './identity.js';

/** An entity that may not be, and the one that was there before. */
export interface Clash {
  readonly entity: Entity;
  readonly first: Entity;
  readonly what: string;
}

/** Who holds which values, of one type. */
interface Register {
  readonly fields: readonly { readonly field: string; readonly holders: Map<string, Entity> }[];
  readonly ids: Map<string, Entity>;
  /** Keys that ids are derived from. */
  readonly keys: Map<string, Entity>;
}

/** All clashes, each told at the later of the two entities. */
export function findClashes(identities: ReadonlyMap<Entity, Identity>): Clash[] {
  const registers = new Map<EntityModel, Register>();
  const registerOf = (model: EntityModel): Register => {
    const register = registers.get(model) ?? newRegister(model);
    registers.set(model, register);
    return register;
  };
  const derived = derivedIdsIn(identities);
  const clashes: Clash[] = [];
  for (const [entity, identity] of identities) {
    const { fields, ids, keys } = registerOf(entity.model);
    const before = clashes.length;
    for (const { field, holders } of fields) {
      const value = own(entity.value, field);
      const first = typeof value === 'string' ? claim(holders, value, entity) : undefined;
      if (first !== undefined) clashes.push({ entity, first, what: `the same ${field}` });
    }
    // Whoever shares a name has the same derived id, too: one word is enough.
    if (clashes.length > before) continue;
    if (identity.kind === 'given') {
      const key = derived.get(identity.id);
      const first = key === undefined ? claim(ids, identity.id, entity) : claim(keys, key, entity);
      if (first !== undefined) clashes.push({ entity, first, what: 'the same id' });
    } else if (identity.kind === 'derived') {
      const first = claim(keys, identity.key, entity);
      if (first !== undefined) clashes.push({ entity, first, what: sameKey(entity) });
    }
  }
  return clashes;
}

function newRegister({ uniqueFields, keys }: EntityModel): Register {
  const fields = uniqueFields
    .filter((field) => !keys.primary_key.includes(field))
    .map((field) => ({ field, holders: new Map<string, Entity>() }));
  return { fields, ids: new Map(), keys: new Map() };
}

/** @returns who holds the value already, if anybody does */
function claim(holders: Map<string, Entity>, value: string, entity: Entity): Entity | undefined {
  const first = holders.get(value);
  if (first === undefined) holders.set(value, entity);
  return first;
}

/** Ids that are written out and may be derived ones of other entities: each with the key that it would be derived from. */
function derivedIdsIn(identities: ReadonlyMap<Entity, Identity>): Map<string, string> {
  const given = new Set<string>();
  for (const identity of identities.values()) {
    // Version 5 is what Kong derives.
    if (identity.kind === 'given' && identity.id[14] === '5') given.add(identity.id);
  }
  const keys = new Map<string, string>();
  if (given.size === 0) return keys;
  for (const [{ model }, identity] of identities) {
    if (identity.kind !== 'derived') continue;
    const id = derivedId(model.type, identity.key);
    if (given.has(id)) keys.set(id, identity.key);
  }
  return keys;
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
