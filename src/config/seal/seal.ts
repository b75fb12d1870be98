// A valid, merged configuration becomes the bytes that every gateway gets. Everything stays as it is written, but for what
// would differ from gateway to gateway (ids that Kong makes up at random) and what no gateway reads (comments).
import { createHash } from 'node:crypto';
import { withoutComments, withoutOwnComments } from '../document/comments.js';
import { own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import type { Entity } from '../document/entity.js';
import { idFrom, uuidV5 } from '../merge/identity.js';
import type { Identity } from '../merge/identity.js';
import type { Merged } from '../merge/merge.js';
import type { Revision } from '../revision.js';
import { canonicalBytes } from './canonical-bytes.js';
import { canonicalJson } from './canonical-json.js';

/** Changes whenever the same sources would seal to other bytes than before. */
export const SEALING_VERSION = 1;

/** Our namespace for the ids that sealing fills in. Never to be changed: every consumer would become another. */
const NAMESPACE = '5d3bd3a1-0f4c-4a0e-9f38-6b0f6a9b1c55';

/** @param merged without errors */
export function seal(merged: Merged): Revision {
  const ids = sealedIds(merged);
  const counts: Record<string, number> = {};
  const lists: Record<string, unknown[]> = {};
  const sealed = new Map<Entity, Dict>();
  for (const entity of merged.entities) {
    const { type } = entity.model;
    counts[type] = (counts[type] ?? 0) + 1;
  }
  // Children come after their parents: backwards, each finds its children sealed.
  const children = childrenOf(merged.entities);
  for (const entity of merged.entities.toReversed()) {
    sealed.set(entity, sealEntity(entity, ids.get(entity), children.get(entity) ?? [], sealed));
  }
  for (const entity of merged.entities) {
    if (entity.parent === undefined) (lists[entity.model.type] ??= []).push(sealed.get(entity));
  }
  const config = { _format_version: '3.0', ...(merged.transform ? {} : { _transform: false }), ...lists };
  const bytes = canonicalBytes(config);
  return { id: createHash('md5').update(bytes).digest('hex'), bytes, counts };
}

/** The id that Kong shows for each entity: given, derived or sealed. */
export function shownIds(merged: Merged): Map<Entity, string> {
  const sealed = sealedIds(merged);
  const ids = new Map<Entity, string>();
  for (const entity of merged.entities) {
    const shown = idOf(entity, merged.identities, sealed);
    if (shown !== undefined) ids.set(entity, shown);
  }
  return ids;
}

/** Every entity by the id that Kong shows for it. */
export function entitiesById(merged: Merged): (type: string, id: string) => Entity | undefined {
  let byId: Map<string, Entity> | undefined;
  return (type, id) => {
    byId ??= new Map(
      Array.from(shownIds(merged), ([entity, shown]) => [`${entity.model.type}\n${shown}`, entity] as const),
    );
    return byId.get(`${type}\n${id}`);
  };
}

function childrenOf(entities: readonly Entity[]): Map<Entity, Entity[]> {
  const children = new Map<Entity, Entity[]>();
  for (const entity of entities) {
    if (entity.parent === undefined) continue;
    const siblings = children.get(entity.parent);
    if (siblings) siblings.push(entity);
    else children.set(entity.parent, [entity]);
  }
  return children;
}

function sealEntity(
  { value }: Entity,
  id: string | undefined,
  children: readonly Entity[],
  sealed: ReadonlyMap<Entity, Dict>,
): Dict {
  const plain = withoutOwnComments(value);
  if (children.length === 0 && id === undefined) return plain;
  const lists: Record<string, unknown[]> = {};
  for (const child of children) (lists[child.model.type] ??= []).push(sealed.get(child));
  return { ...plain, ...lists, ...(id !== undefined && { id }) };
}

/** An id for each entity whose id Kong would make up: the same for the same entity, wherever and whenever it is sealed. */
function sealedIds({ entities, identities }: Merged): Map<Entity, string> {
  const ids = new Map<Entity, string>();
  const ordinals = new Map<string, number>();
  for (const entity of entities) {
    if (identities.get(entity)?.kind !== 'random' || entity.model.fields.get('id')?.uuid !== true) continue;
    const parent = entity.parent && idOf(entity.parent, identities, ids);
    const content =
      uniqueContent(entity) ??
      `${parent ?? ''}\n${canonicalJson(withoutComments(entity.model, entity.value))}`;
    const key = `${entity.model.type}\n${content}`;
    const ordinal = ordinals.get(key) ?? 0;
    ordinals.set(key, ordinal + 1);
    ids.set(entity, uuidV5(NAMESPACE, ordinal === 0 ? key : `${key}\n${ordinal}`));
  }
  return ids;
}

function idOf(
  entity: Entity,
  identities: ReadonlyMap<Entity, Identity>,
  sealed: ReadonlyMap<Entity, string>,
): string | undefined {
  const identity = identities.get(entity);
  return sealed.get(entity) ?? (identity && idFrom(entity.model.type, identity));
}

/** What no other entity of the type may share. */
function uniqueContent({ model, value }: Entity): string | undefined {
  for (const field of model.uniqueFields) {
    const unique = own(value, field);
    if (typeof unique === 'string') return `${field}\n${unique}`;
  }
  return undefined;
}
