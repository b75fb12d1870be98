// Which entity of ours Kong means.
import { own } from '../document/dict.js';
import type { Entity } from '../document/entity.js';
import { parentField } from '../document/entity.js';
import { canonicalJson } from '../seal/canonical-json.js';
import type { RefusedEntity } from './answer.js';

/** Entities by Kong's singular of their type, made once per answer. */
export function bySingular(entities: readonly Entity[]): Map<string, Entity[]> {
  const groups = new Map<string, Entity[]>();
  for (const entity of entities) {
    const group = groups.get(entity.model.singular);
    if (group) group.push(entity);
    else groups.set(entity.model.singular, [entity]);
  }
  return groups;
}

/**
 * By id where it is ours, else by name and by content: what Kong echoes is the entity as posted, without what is nested in it, and
 * with ids that sealing or Kong filled in.
 */
export function findEntity(
  refused: RefusedEntity,
  candidates: readonly Entity[],
  byId: (type: string, id: string) => Entity | undefined,
): Entity | undefined {
  const { id, name, entity } = refused;
  const [one] = candidates;
  const known = id === undefined || one === undefined ? undefined : byId(one.model.type, id);
  if (known !== undefined) return known;
  const named =
    name === undefined ? candidates : candidates.filter(({ value }) => own(value, 'name') === name);
  const alike = named.find((candidate) => looksLike(candidate, entity));
  return alike ?? (name !== undefined && named.length === 1 ? named[0] : undefined);
}

/** Whether every field that Kong echoes is ours, but for those that are filled in on the way. */
function looksLike(candidate: Entity, echo: RefusedEntity['entity']): boolean {
  const { value } = candidate;
  const parent = parentField(candidate);
  return Object.entries(echo).every(([field, echoed]) => {
    const written = own(value, field);
    if (field === 'id' && written === undefined) return true;
    if (field === parent && written === undefined) return true;
    if (written === undefined || written === null) return echoed === null;
    return canonicalJson(normal(written)) === canonicalJson(normal(echoed));
  });
}

/** An empty list and an empty mapping are one for Kong. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? {} : value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normal(item)]));
}
