// Entities that have no name to be known by, and whose content has changed: each is paired with the one that is most like it.
import { own } from '../document/dict.js';
import { canonicalJson } from '../seal/canonical-json.js';
import { unusualFields } from './flat-entity.js';
import type { FlatEntity } from './flat-entity.js';
import { groupBy, hasCacheKey, push, referencesOf } from './pairing.js';
import type { Left, Take, TokenOf } from './pairing.js';

/** Of what two entities say together, the part that both must say. */
const MIN_LIKENESS = 0.4;
/** What more entities than this say tells none of them apart. */
const MAX_SHARING = 50;

interface Candidate {
  readonly one: FlatEntity;
  readonly other: FlatEntity;
  readonly likeness: number;
}

export function pairSimilar(
  { old, now }: Left,
  tokenOf: TokenOf,
  childrenOf: (entity: FlatEntity) => readonly FlatEntity[],
  take: Take,
): void {
  const said = new Map<FlatEntity, ReadonlySet<string>>();
  for (const entity of [...old, ...now]) said.set(entity, traitsOf(entity, tokenOf, childrenOf(entity)));
  const candidates = candidatesOf(old, now, (entity) => said.get(entity) ?? new Set());
  candidates.sort((one, other) => other.likeness - one.likeness);
  const taken = new Set<FlatEntity>();
  const pair: Take = (one, other) => {
    taken.add(one).add(other);
    take(one, other);
  };
  for (const { one, other } of candidates) if (!taken.has(one) && !taken.has(other)) pair(one, other);
  pairLonely(
    old.filter((each) => !taken.has(each)),
    now.filter((each) => !taken.has(each)),
    tokenOf,
    pair,
  );
}

/** Where one nameless entity went and another came in the same place, it has changed. */
function pairLonely(
  old: readonly FlatEntity[],
  now: readonly FlatEntity[],
  tokenOf: TokenOf,
  pair: Take,
): void {
  const placeOf = (entity: FlatEntity): string => referencesOf(entity, tokenOf);
  const news = groupBy(now.filter(isNameless), placeOf);
  for (const [where, [one, ...more]] of groupBy(old.filter(isNameless), placeOf)) {
    const [other, ...others] = news.get(where) ?? [];
    if (one && other && more.length + others.length === 0 && mayPair(one, other)) pair(one, other);
  }
}

function candidatesOf(
  old: readonly FlatEntity[],
  now: readonly FlatEntity[],
  traits: (entity: FlatEntity) => ReadonlySet<string>,
): Candidate[] {
  const sharing = new Map<string, FlatEntity[]>();
  for (const one of old) for (const trait of traits(one)) push(sharing, trait, one);
  const candidates: Candidate[] = [];
  for (const other of now) {
    const mine = traits(other);
    const near = new Set<FlatEntity>();
    for (const trait of mine) {
      const group = sharing.get(trait) ?? [];
      if (group.length <= MAX_SHARING) for (const one of group) near.add(one);
    }
    for (const one of near) {
      const likeness = likenessOf(traits(one), mine);
      if (likeness >= MIN_LIKENESS && mayPair(one, other)) candidates.push({ one, other, likeness });
    }
  }
  return candidates;
}

/** Dice's coefficient. */
function likenessOf(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let shared = 0;
  for (const trait of one) if (other.has(trait)) shared += 1;
  return (2 * shared) / (one.size + other.size);
}

/** Two names, or two ids that somebody wrote, are two entities. */
function mayPair(one: FlatEntity, other: FlatEntity): boolean {
  return !(one.idKind === 'given' && other.idKind === 'given') && (isNameless(one) || isNameless(other));
}

/** A key that Kong would make up is no name: where it is replaced, the credential has changed. */
function isNameless({ entity: { model, value } }: FlatEntity): boolean {
  if (hasCacheKey(model)) return false;
  return model.uniqueFields.every(
    (field) => typeof own(value, field) !== 'string' || model.generatedTexts.includes(field),
  );
}

/** What an entity says beyond the defaults, where it is, and what is in it. */
function traitsOf(
  entity: FlatEntity,
  tokenOf: TokenOf,
  children: readonly FlatEntity[],
): ReadonlySet<string> {
  const traits = new Set<string>();
  for (const [name, value] of Object.entries(unusualFields(entity))) addLeaves(traits, name, value);
  for (const [field, target] of entity.references) traits.add(`${field}\n${tokenOf(target)}`);
  for (const child of children) {
    const { model, value } = child.entity;
    const names = model.uniqueFields.map((field) => own(value, field));
    const name = names.find((each) => typeof each === 'string') ?? canonicalJson(unusualFields(child));
    traits.add(`${model.type}\n${name}`);
  }
  return traits;
}

function addLeaves(traits: Set<string>, path: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) traits.add(`${path}\n${JSON.stringify(value)}`);
  else if (Array.isArray(value)) for (const item of value) addLeaves(traits, `${path}[]`, item);
  else for (const [key, item] of Object.entries(value)) addLeaves(traits, `${path}.${key}`, item);
}
