// Which entity of the new configuration is which of the old one.
import { own } from '../document/dict.js';
import { MODELS } from '../schema/model.js';
import type { EntityModel } from '../schema/model.js';
import { canonicalJson } from '../seal/canonical-json.js';
import { unusualFields } from './flat-entity.js';
import type { FlatEntity } from './flat-entity.js';
import { groupBy, hasCacheKey, pairByKey, push, referencesOf } from './pairing.js';
import type { KeyOf, Left, Take, TokenOf } from './pairing.js';
import { pairSimilar } from './similar.js';

export interface Matching {
  /** Old to new. */
  readonly pairs: ReadonlyMap<FlatEntity, FlatEntity>;
  /** New to old. */
  readonly back: ReadonlyMap<FlatEntity, FlatEntity>;
}

/**
 * Pairs entities of one type by what Kong knows them by: the id, a unique field, the fields of the cache key; then by equal
 * content; and at last what has no name by likeness. A type comes after those that it refers to, so that what is on a renamed
 * service is still on the same one.
 */
export function match(old: readonly FlatEntity[], now: readonly FlatEntity[]): Matching {
  const pairs = new Map<FlatEntity, FlatEntity>();
  const back = new Map<FlatEntity, FlatEntity>();
  const tokens = new Map<FlatEntity, string>();
  const tokenOf: TokenOf = (entity) => (entity === undefined ? '' : (tokens.get(entity) ?? ''));
  const take: Take = (one, other) => {
    tokens.set(one, String(pairs.size)).set(other, String(pairs.size));
    pairs.set(one, other);
    back.set(other, one);
  };
  const unpaired = (left: Left): Left => ({
    old: left.old.filter((one) => !pairs.has(one)),
    now: left.now.filter((one) => !back.has(one)),
  });

  const olds = groupBy(old, ({ entity }) => entity.model);
  const news = groupBy(now, ({ entity }) => entity.model);
  const children = childrenOf([...old, ...now]);
  for (const model of PARENTS_FIRST) {
    let left: Left = { old: olds.get(model) ?? [], now: news.get(model) ?? [] };
    for (const key of keysOf(model, tokenOf)) {
      if (left.old.length === 0 || left.now.length === 0) break;
      pairByKey(left, key, take);
      left = unpaired(left);
    }
    if (left.old.length > 0 && left.now.length > 0) {
      pairSimilar(left, tokenOf, (entity) => children.get(entity) ?? [], take);
      left = unpaired(left);
    }
    for (const one of [...left.old, ...left.now]) tokens.set(one, `alone ${tokens.size}`);
  }
  return { pairs, back };
}

const PARENTS_FIRST: readonly EntityModel[] = parentsFirst();

function parentsFirst(): EntityModel[] {
  const ordered = new Set<EntityModel>();
  const visit = (model: EntityModel | undefined, below: readonly EntityModel[]): void => {
    if (model === undefined || ordered.has(model) || below.includes(model)) return;
    for (const type of model.references.values()) visit(MODELS.get(type), [...below, model]);
    ordered.add(model);
  };
  for (const model of MODELS.values()) visit(model, []);
  return Array.from(ordered);
}

/** Where the type of an entity stands among the others in output: what others refer to comes first. */
export function orderOf({ entity: { model } }: FlatEntity): number {
  return PARENTS_FIRST.indexOf(model);
}

function childrenOf(entities: readonly FlatEntity[]): Map<FlatEntity, FlatEntity[]> {
  const children = new Map<FlatEntity, FlatEntity[]>();
  for (const each of entities) for (const parent of each.references.values()) push(children, parent, each);
  return children;
}

/** What entities of a type are known by, the surest first. */
function keysOf(model: EntityModel, tokenOf: TokenOf): KeyOf[] {
  const contents = new Map<FlatEntity, string>();
  const content = (entity: FlatEntity): string => {
    const known = contents.get(entity);
    if (known !== undefined) return known;
    const made = `${referencesOf(entity, tokenOf)}\n${canonicalJson(unusualFields(entity))}`;
    contents.set(entity, made);
    return made;
  };
  const cacheKey: KeyOf = (entity) => cacheKeyOf(entity, tokenOf);
  // Kong takes the same plugin twice on one scope if it is written in two ways: those that are equal find each other first.
  const both: KeyOf = (entity) => `${cacheKeyOf(entity, tokenOf)}\n${content(entity)}`;
  return [
    ({ id }) => id,
    ...model.uniqueFields.map(
      (field): KeyOf =>
        ({ entity }) =>
          textOf(own(entity.value, field)),
    ),
    ...(hasCacheKey(model) ? [both, cacheKey] : []),
    content,
  ];
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function cacheKeyOf({ entity: { model, value }, references }: FlatEntity, tokenOf: TokenOf): string {
  return JSON.stringify(
    (model.keys.cache_key ?? []).map((field) =>
      model.references.has(field) ? tokenOf(references.get(field)) : (own(value, field) ?? null),
    ),
  );
}
