// Parts that pairing by key and pairing by likeness share.
import type { EntityModel } from '../schema/model.js';
import type { FlatEntity } from './flat-entity.js';

/** What was not paired yet, of one type. */
export interface Left {
  readonly old: readonly FlatEntity[];
  readonly now: readonly FlatEntity[];
}

/** What a reference means on both sides: equal for the two of a pair, and for nothing else. */
export type TokenOf = (entity: FlatEntity | undefined) => string;

/** Makes two entities a pair, for good. */
export type Take = (one: FlatEntity, other: FlatEntity) => void;

/** @returns nothing for an entity that has no such key */
export type KeyOf = (entity: FlatEntity) => string | undefined;

/** Pairs what has equal keys, in the order of the sources. */
export function pairByKey({ old, now }: Left, keyOf: KeyOf, take: Take): void {
  const waiting = groupBy(old, keyOf);
  for (const group of waiting.values()) group.reverse();
  for (const other of now) {
    const key = keyOf(other);
    const one = key === undefined ? undefined : waiting.get(key)?.pop();
    if (one !== undefined) take(one, other);
  }
}

export function groupBy<K>(
  entities: readonly FlatEntity[],
  keyOf: (entity: FlatEntity) => K | undefined,
): Map<K, FlatEntity[]> {
  const groups = new Map<K, FlatEntity[]>();
  for (const each of entities) {
    const key = keyOf(each);
    if (key !== undefined) push(groups, key, each);
  }
  return groups;
}

export function push<K, V>(groups: Map<K, V[]>, key: K, value: V): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}

/** Whether Kong knows entities of this type by certain fields together, and does not make one of these up. */
export function hasCacheKey({ keys, fields }: EntityModel): boolean {
  return keys.cache_key?.every((field) => fields.get(field)?.auto !== true) ?? false;
}

/** The references of an entity as one text. */
export function referencesOf({ references }: FlatEntity, tokenOf: TokenOf): string {
  return Array.from(references, ([field, target]) => `${field}=${tokenOf(target)}`)
    .sort()
    .join(' ');
}
