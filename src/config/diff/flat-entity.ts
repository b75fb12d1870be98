// A configuration as Kong stores it: no nesting, references resolved, every field in its normal form.
import { asRecord, isDict, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { parentField } from '../document/entity.js';
import type { Entity } from '../document/entity.js';
import type { Identity } from '../merge/identity.js';
import type { Document, Merged } from '../merge/merge.js';
import { setOwn } from '../parse/set-own.js';
import { shownIds } from '../seal/seal.js';
import { withoutFalseRecords } from '../validate/false-records.js';
import { expandConfig } from '../validate/plugins/shorthand.js';
import { expandShorthand } from '../validate/shorthand.js';
import { entityShape, withoutEmpty } from './entity-fields.js';
import { fillRecord, whenAbsent } from './normal-form.js';
import type { ValueField } from './value-field.js';

/** A valid configuration, with the documents that it comes from. */
export interface Side {
  readonly documents: readonly Document[];
  readonly merged: Merged;
  /** As a gateway shows it (`GET /config`): ids and times are there whether or not anybody wrote them. */
  readonly live: boolean;
}

export interface FlatEntity {
  readonly entity: Entity;
  readonly document: Document | undefined;
  /** As Kong will show it: written, or derived by Kong, or made by sealing. */
  readonly id: string | undefined;
  readonly idKind: Identity['kind'];
  /** What foreign keys that are not null lead to. */
  readonly references: ReadonlyMap<string, FlatEntity>;
  readonly shape: ValueField;
  /** All but id, references, and what Kong works out by itself. */
  readonly fields: Dict;
  /** What Kong works out by itself, where it is written nevertheless. */
  readonly workedOut: Dict;
}

type Growing = FlatEntity & { readonly references: Map<string, FlatEntity> };

/** In the order of the documents; parents before what is nested in them. */
export function flatten({ documents, merged, live }: Side): FlatEntity[] {
  const homes = new Map<Entity, Document>();
  for (const document of documents)
    for (const entity of document.prepared.entities) homes.set(entity, document);
  const ids = shownIds(merged);
  const flat = new Map<Entity, Growing>();
  for (const entity of merged.entities)
    flat.set(entity, {
      entity,
      document: homes.get(entity),
      id: ids.get(entity),
      idKind: live ? 'derived' : (merged.identities.get(entity)?.kind ?? 'random'),
      references: new Map(),
      ...fieldsOf(entity, live),
    });
  const find = finder(flat.values());
  for (const each of flat.values()) {
    const { model, parent, value } = each.entity;
    const nested = parentField(each.entity);
    for (const [field, type] of model.references) {
      const target = field === nested && parent ? flat.get(parent) : find(type, own(value, field));
      if (target !== undefined) each.references.set(field, target);
    }
  }
  return Array.from(flat.values());
}

function fieldsOf(entity: Entity, live: boolean): Pick<FlatEntity, 'shape' | 'fields' | 'workedOut'> {
  const { record, workedOut, apart } = entityShape(entity);
  const made = workedOut.map((name) => [name, own(entity.value, name) ?? null] as const);
  return {
    shape: record,
    fields: withoutEmpty(entity.model.type, fillRecord(record, expanded(entity, live), apart)),
    workedOut: Object.fromEntries(made.filter(([, form]) => form !== null)),
  };
}

/** The entity as Kong validates it: what shorthand fields stand for, in its place. A gateway shows what came of that. */
function expanded({ model, value, plugin }: Entity, live: boolean): Dict {
  const whole = live ? value : expandShorthand(model.type, withoutFalseRecords(model.fields, value)).value;
  const config = plugin && asRecord(own(whole, 'config'));
  return config ? { ...whole, config: expandConfig(plugin.facts.config, config, []).value } : whole;
}

/** Finds what a reference means: a name, an id, or `{id: ...}`; Kong looks among the names first. */
function finder(
  entities: Iterable<FlatEntity>,
): (type: string, reference: unknown) => FlatEntity | undefined {
  const names = new Map<string, FlatEntity>();
  const ids = new Map<string, FlatEntity>();
  for (const each of entities) {
    const { type, uniqueName } = each.entity.model;
    const name = uniqueName === undefined ? undefined : own(each.entity.value, uniqueName);
    if (typeof name === 'string') names.set(`${type}\n${name}`, each);
    if (each.id !== undefined) ids.set(`${type}\n${each.id}`, each);
  }
  return (type, reference) => {
    const id = isDict(reference) ? own(reference, 'id') : reference;
    if (typeof id !== 'string') return undefined;
    const key = `${type}\n${id}`;
    return isDict(reference) ? ids.get(key) : (names.get(key) ?? ids.get(key));
  };
}

/** The fields that are not as they would be if nobody had written them. */
export function unusualFields({ shape, fields }: FlatEntity): Dict {
  const unusual: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const known =
      shape.fields !== undefined && Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
    if (known === undefined || value !== whenAbsent(known)) setOwn(unusual, name, value);
  }
  return unusual;
}
