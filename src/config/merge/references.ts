// Foreign keys: what they may look like, and whether what they name is there.
import { isDict, own } from '../document/dict.js';
import { describe, nameOf, parentField, pathOf } from '../document/entity.js';
import type { Entity } from '../document/entity.js';
import type { Problem } from '../document/problem.js';
import { entityModel } from '../schema/model.js';
import { nearest } from '../validate/near.js';
import { typeOf } from '../validate/words.js';
import { idFrom } from './identity.js';
import type { Identity } from './identity.js';

/** What can be named: ids and unique names by entity type. */
export interface Index {
  readonly ids: (type: string) => ReadonlySet<string>;
  readonly names: (type: string) => ReadonlySet<string>;
  /** The name that was probably meant. */
  readonly near: (type: string, name: string) => string | undefined;
}

/** Names that are compared for hints, in all: thousands of wrong references must not keep the right ones waiting. */
const MAX_COMPARISONS = 100_000;

/** Sets are made when first asked for: deriving ids costs a hash each. */
export function indexEntities(identities: ReadonlyMap<Entity, Identity>): Index {
  const byType = new Map<string, [Entity, Identity][]>();
  for (const [entity, identity] of identities) {
    const list = byType.get(entity.model.type);
    if (list) list.push([entity, identity]);
    else byType.set(entity.model.type, [[entity, identity]]);
  }
  const lazily = (
    make: (type: string) => (string | undefined)[],
  ): ((type: string) => ReadonlySet<string>) => {
    const sets = new Map<string, ReadonlySet<string>>();
    return (type) => {
      let set = sets.get(type);
      if (set === undefined) {
        set = new Set(make(type).filter((value) => value !== undefined));
        sets.set(type, set);
      }
      return set;
    };
  };
  const names = lazily((type) => {
    const field = entityModel(type).uniqueName;
    return field === undefined
      ? []
      : (byType.get(type) ?? []).map(([{ value }]) => textOf(own(value, field)));
  });
  let comparisons = 0;
  return {
    ids: lazily((type) => (byType.get(type) ?? []).map(([, identity]) => idFrom(type, identity))),
    names,
    near: (type, name) => {
      comparisons += names(type).size;
      return comparisons > MAX_COMPARISONS ? undefined : nearest(name, names(type));
    },
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Checks every foreign key of an entity. */
export function referenceProblems(entity: Entity, index: Index): Problem[] {
  const problems: Problem[] = [];
  for (const [field, type] of entity.model.references) {
    const fault = referenceFault(entity, field, type, index);
    if (fault !== undefined) problems.push(toProblem(entity, field, fault));
  }
  return problems;
}

interface Fault {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

function referenceFault(entity: Entity, field: string, type: string, index: Index): Fault | undefined {
  const value = own(entity.value, field);
  if (value === undefined || value === null) {
    const needed = entity.model.fields.get(field)?.required === true && parentField(entity) !== field;
    return needed ? { code: 'missing-field', message: `the field '${field}' is missing` } : undefined;
  }
  if (typeof value === 'string') return nameFault(value, field, type, index);
  if (isDict(value)) return objectFault(value, field, type, index);
  return { code: 'wrong-type', message: `${field} must be a name or an id, not ${typeOf(value)}` };
}

function nameFault(
  value: string,
  field: string,
  type: string,
  { names, ids, near }: Index,
): Fault | undefined {
  if (names(type).has(value) || (looksLikeId(value) && ids(type).has(value))) return undefined;
  const secret = SECRET_NAMES.has(type);
  const meant = secret ? undefined : near(type, value);
  const target = type.replaceAll('_', ' ');
  return {
    code: 'dangling-reference',
    message:
      secret || value.length > 120
        ? `${field} names none of the ${target}`
        : `${field} names '${value}', which is none of the ${target}`,
    ...(meant !== undefined && { hint: `did you mean '${meant}'?` }),
  };
}

/** Types whose unique name lets somebody in. */
const SECRET_NAMES = new Set(['oauth2_credentials', 'keyauth_credentials', 'jwt_secrets']);

const looksLikeId = (value: string): boolean =>
  /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(value);

function objectFault(
  value: Readonly<Record<string, unknown>>,
  field: string,
  type: string,
  { ids }: Index,
): Fault | undefined {
  const id = own(value, 'id');
  if (id === undefined || id === null) {
    const hint = `write the ${entityModel(type).uniqueName ?? 'id'} itself: ${field}: ...`;
    return { code: 'bad-reference', message: `${field} has no id`, hint };
  }
  if (typeof id !== 'string' || !looksLikeId(id))
    return { code: 'bad-reference', message: `${field}.id must be a UUID` };
  return ids(type).has(id)
    ? undefined
    : {
        code: 'dangling-reference',
        message: `${field} names an id that none of the ${type.replaceAll('_', ' ')} has`,
      };
}

function toProblem(entity: Entity, field: string, { code, message, hint }: Fault): Problem {
  return {
    severity: 'error',
    code,
    message: `${describe(entity)}: ${message}`,
    path: [...pathOf(entity), field],
    entity: nameOf(entity),
    ...(hint !== undefined && { hint }),
  };
}
