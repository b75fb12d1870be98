// Which entities are one for Kong 3.9.3: by the id that they have, or by the one that it derives (kong/db/schema/others/
// declarative_config.lua: `get_key_for_uuid_gen`, `build_cache_key`). Where it derives none, the id is random.
import { hash } from 'node:crypto';
import { own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { parentField } from '../document/entity.js';
import type { Entity } from '../document/entity.js';
import type { EntityModel } from '../schema/model.js';

export type Identity =
  | { readonly kind: 'given'; readonly id: string }
  /** Kong makes a UUIDv5 of the key, in the namespace of the type. */
  | { readonly kind: 'derived'; readonly key: string }
  | { readonly kind: 'random' }
  /** Kong fails: an id of null cannot be part of a derived one. */
  | { readonly kind: 'broken' };

const RANDOM: Identity = { kind: 'random' };

/**
 * @param parentId the id of the entity that this one is nested in: null when it is written so, undefined when it is random
 */
export function identify({ model, value, parent }: Entity, parentId: string | null | undefined): Identity {
  const { primary_key: primaryKey, cache_key: cacheKey } = model.keys;
  const [first = 'id'] = primaryKey;
  if (primaryKey.length > 1)
    return { kind: 'given', id: primaryKey.map((field) => text(own(value, field))).join(':') };
  const id = own(value, first);
  if (id !== undefined) return { kind: 'given', id: text(id) };
  if (model.fields.get(first)?.uuid !== true) return RANDOM;
  const field = parent === undefined ? undefined : parent.model.children.get(model.type);
  if (cacheKey !== undefined) return byCacheKey(model, value, cacheKey, field, parentId);
  const name = model.keys.endpoint_key === undefined ? undefined : own(value, model.keys.endpoint_key);
  return typeof name === 'string' ? { kind: 'derived', key: name } : RANDOM;
}

function byCacheKey(
  model: EntityModel,
  value: Dict,
  cacheKey: readonly string[],
  field: string | undefined,
  parentId: string | null | undefined,
): Identity {
  const parts = [model.type, '*'];
  for (const name of cacheKey) {
    const written = own(value, name);
    if (model.fields.get(name)?.auto === true) return RANDOM;
    if (typeof written === 'string') parts.push(written);
    else if (written === undefined) {
      if (name === field) {
        if (parentId === undefined) return RANDOM;
        if (parentId === null) return { kind: 'broken' };
        parts.push(parentId);
      } else if (model.fields.get(name)?.required === true) return RANDOM;
      else parts.push('');
    }
    // An object, or null, leaves no trace in the key.
  }
  return { kind: 'derived', key: parts.join(':') };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));

/** Kong's own namespace for ids that it derives. */
const KONG_NAMESPACE = 'fd02801f-0957-4a15-a55a-c8d9606f30b5';
const namespaces = new Map<string, string>();

/** The id that Kong derives for an entity of this type from a key. */
export function derivedId(type: string, key: string): string {
  let namespace = namespaces.get(type);
  if (namespace === undefined) {
    namespace = uuidV5(KONG_NAMESPACE, type);
    namespaces.set(type, namespace);
  }
  return uuidV5(namespace, key);
}

/** Of namespaces there are few: one for each type of entity, and ours. */
const namespaceBytes = new Map<string, Buffer>();

function bytesOf(namespace: string): Buffer {
  const known = namespaceBytes.get(namespace);
  if (known !== undefined) return known;
  const bytes = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  namespaceBytes.set(namespace, bytes);
  return bytes;
}

/** A name-based UUID (RFC 9562, version 5). */
export function uuidV5(namespace: string, name: string): string {
  const seed = Buffer.concat([bytesOf(namespace), Buffer.from(name)]);
  const bytes = hash('sha1', seed, 'buffer');
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The identity of every entity; parents must come before what is nested in them. */
export function identifyAll(entities: Iterable<Entity>): Map<Entity, Identity> {
  const identities = new Map<Entity, Identity>();
  const parentIds = new Map<Entity, string | null | undefined>();
  const idOfParent = (parent: Entity): string | null | undefined => {
    if (!parentIds.has(parent)) {
      const identity = identities.get(parent);
      const id = identity && idFrom(parent.model.type, identity);
      parentIds.set(parent, own(parent.value, 'id') === null ? null : id);
    }
    return parentIds.get(parent);
  };
  for (const entity of entities) {
    const { parent, model } = entity;
    const hangsOnParent = parent && model.keys.cache_key?.includes(parentField(entity) ?? '') === true;
    identities.set(entity, identify(entity, hangsOnParent ? idOfParent(parent) : undefined));
  }
  return identities;
}

/** The id as Kong will show it; undefined when it is random. */
export function idFrom(type: string, identity: Identity): string | undefined {
  if (identity.kind === 'given') return identity.id;
  return identity.kind === 'derived' ? derivedId(type, identity.key) : undefined;
}
