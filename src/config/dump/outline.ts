// Where each entity is written in a dump, and what of it: each in what it belongs to, references by name.
import type { FlatEntity } from '../diff/flat-entity.js';
import { own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { setOwn } from '../parse/set-own.js';
import { minimalRecord } from './minimal.js';
import { writtenTimes } from './times.js';

export interface Node {
  readonly flat: FlatEntity;
  readonly children: readonly Node[];
  /** Without references. */
  readonly fields: Dict;
  /** By field, what is referred to; the name or the id of it. What an entity is nested in is not among them. */
  readonly references: Dict;
}

export interface Outline {
  /** What is nested in nothing. */
  readonly roots: readonly Node[];
  readonly all: readonly Node[];
  /** `_transform`: false where something is stored in another form than it was written in, and would be transformed again. */
  readonly transform: boolean;
}

/**
 * Of several things that an entity is on, the one that it is written in. Not certificates: services are none of theirs, and
 * Kong makes up another id for an SNI that is written in one than for one beside it.
 */
const OWNERS = ['credential', 'route', 'service', 'consumer', 'upstream', 'set'];

export function outline(flats: readonly FlatEntity[]): Outline {
  const transform = !flats.some(isTransformed);
  const isWritten = writtenTimes(flats);
  const referenceTo = namer(flats);
  const nodes = new Map<FlatEntity, Node & { readonly children: Node[] }>();
  const roots: Node[] = [];
  for (const flat of flats) {
    const owner = ownerField(flat);
    const references: Record<string, unknown> = {};
    for (const [field, target] of flat.references)
      if (field !== owner) setOwn(references, field, referenceTo(target));
    nodes.set(flat, { flat, children: [], fields: fieldsOf(flat, isWritten(flat), transform), references });
  }
  for (const [flat, node] of nodes) {
    const owner = flat.references.get(ownerField(flat) ?? '');
    (owner === undefined ? roots : (nodes.get(owner)?.children ?? roots)).push(node);
  }
  return { roots, all: Array.from(nodes.values()), transform };
}

/** Passwords of basic-auth, and client secrets of oauth2 that were to be hashed (kong/db/schema/entities of 3.9, `transformations`). */
function isTransformed({ entity: { model, value } }: FlatEntity): boolean {
  if (model.type === 'basicauth_credentials') return true;
  return model.type === 'oauth2_credentials' && own(value, 'hash_secret') === true;
}

function ownerField({ entity, references }: FlatEntity): string | undefined {
  return OWNERS.find(
    (field) => references.get(field)?.entity.model.children.get(entity.model.type) === field,
  );
}

function fieldsOf(
  { entity, shape, fields, workedOut }: FlatEntity,
  timeIsWritten: boolean,
  transform: boolean,
): Dict {
  const { created_at: created, cert_digest: digest } = workedOut;
  const nothing: Dict = Object.fromEntries(
    entity.model.generatedTexts
      .filter((field) => fields[field] === null)
      .map((field) => [field, null] as const),
  );
  return {
    ...minimalRecord(shape, fields),
    // Kong would make one up.
    ...nothing,
    ...(timeIsWritten && created !== undefined && { created_at: created }),
    ...(!transform && digest !== undefined && { cert_digest: digest }),
  };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The name, where there is one that cannot be taken for an id; else the id. */
function namer(flats: readonly FlatEntity[]): (target: FlatEntity) => string | undefined {
  const names = new Set<string>();
  const twice = new Set<string>();
  const nameOf = ({ entity: { model, value } }: FlatEntity): string | undefined => {
    const name = model.uniqueName === undefined ? undefined : own(value, model.uniqueName);
    return typeof name === 'string' && !UUID.test(name) ? name : undefined;
  };
  for (const flat of flats) {
    const key = `${flat.entity.model.type}\n${nameOf(flat) ?? ''}`;
    (names.has(key) ? twice : names).add(key);
  }
  return (target) => {
    const name = nameOf(target);
    return name === undefined || twice.has(`${target.entity.model.type}\n${name}`) ? target.id : name;
  };
}
