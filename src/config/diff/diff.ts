// What differs between two configurations, as Kong sees them: entity by entity, field by field. Pure.
import { own } from '../document/dict.js';
import { printable } from '../document/problem.js';
import { describe, nameOf, pathOf } from '../document/entity.js';
import type { EntityName } from '../finding.js';
import type { Document } from '../merge/merge.js';
import type { Places } from '../parse/result.js';
import { compareFields } from './compare.js';
import type { FieldChange } from './compare.js';
import { flatten } from './flat-entity.js';
import type { FlatEntity, Side } from './flat-entity.js';
import { match, orderOf } from './match.js';
import type { Matching } from './match.js';
import { fillRecord } from './normal-form.js';
import { comparableFields } from './password.js';

/** Where an entity is written; lines and columns are 1-based. */
export interface EntityPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface EntityChange {
  readonly change: 'added' | 'removed' | 'changed';
  readonly entity: EntityName;
  /** For people: `plugin 'cors' of service 'shop'`. */
  readonly label: string;
  readonly old?: EntityPlace;
  readonly new?: EntityPlace;
  /** Of what was added or removed: the fields that differ from the defaults. */
  readonly fields: readonly FieldChange[];
}

export interface ConfigDiff {
  /** Of the configuration as a whole: `_transform`. */
  readonly settings: readonly FieldChange[];
  /** What others refer to comes first; within a type in the order of the new configuration, then what was removed. */
  readonly entities: readonly EntityChange[];
  readonly unchanged: number;
}

/** An entity that differs; neither named nor placed yet. */
export type Difference =
  | { readonly change: 'added'; readonly other: FlatEntity }
  | { readonly change: 'removed'; readonly one: FlatEntity }
  | {
      readonly change: 'changed';
      readonly one: FlatEntity;
      readonly other: FlatEntity;
      readonly fields: readonly FieldChange[];
    };

/**
 * What differs: what others refer to comes first; within a type in the order of the new configuration, then what was removed.
 * @param old valid, as `now` is
 * @param flat `flatten`, or what remembers its results
 */
export function differences(
  old: Side,
  now: Side,
  flat: typeof flatten = flatten,
): { found: readonly Difference[]; unchanged: number } {
  const sides = { old: flat(old), now: flat(now) };
  const matching = match(sides.old, sides.now);
  const found: Difference[] = [];
  let unchanged = 0;
  for (const other of sides.now) {
    const one = matching.back.get(other);
    const fields = one && changesOf(one, other, matching, old, now);
    if (fields?.length === 0) unchanged += 1;
    else found.push(one && fields ? { change: 'changed', one, other, fields } : { change: 'added', other });
  }
  for (const one of sides.old) if (!matching.pairs.has(one)) found.push({ change: 'removed', one });
  return { found: found.sort((one, other) => orderOfType(one) - orderOfType(other)), unchanged };
}

const orderOfType = (difference: Difference): number =>
  orderOf(difference.change === 'removed' ? difference.one : difference.other);

/** @param old valid, as `now` is */
export function diffConfigs(old: Side, now: Side): ConfigDiff {
  const { found, unchanged } = differences(old, now);
  const placeOf = placeFinder();
  const shown = (difference: Difference): EntityChange => {
    switch (difference.change) {
      case 'added': {
        const { change, other } = difference;
        const fields = contentOf(other).map(({ old: _usual, ...content }) => content);
        return { change, ...titleOf(other), ...placeOf(other, 'new'), fields };
      }
      case 'changed': {
        const { change, one, other, fields } = difference;
        return { change, ...titleOf(other), ...placeOf(one, 'old'), ...placeOf(other, 'new'), fields };
      }
      case 'removed': {
        const { change, one } = difference;
        const fields = contentOf(one).map(({ old: _usual, new: value, ...content }) =>
          content.secret ? content : { ...content, old: value },
        );
        return { change, ...titleOf(one), ...placeOf(one, 'old'), fields };
      }
    }
  };
  return {
    settings: settingsOf(old, now),
    entities: found.map(shown),
    unchanged,
  };
}

export function isEmptyDiff({ settings, entities }: ConfigDiff): boolean {
  return settings.length === 0 && entities.length === 0;
}

function settingsOf(old: Side, now: Side): FieldChange[] {
  const [before, after] = [old.merged.transform, now.merged.transform];
  // What a gateway shows is transformed, always: that says nothing about what it was sent.
  return before === after || old.live || now.live ? [] : [{ path: ['_transform'], old: before, new: after }];
}

function changesOf(
  one: FlatEntity,
  other: FlatEntity,
  matching: Matching,
  old: Side,
  now: Side,
): FieldChange[] {
  const [before, after] = comparableFields(one, other, old, now);
  return [
    ...idChange(one, other),
    ...referenceChanges(one, other, matching),
    ...compareFields(other.shape, before, after),
    // Two gateways loaded the same at different times.
    ...(old.live && now.live ? [] : workedOutChanges(one, other)),
  ];
}

/** An id that nobody wrote is Kong's affair, or ours: it says nothing about the entity. */
function idChange(one: FlatEntity, other: FlatEntity): FieldChange[] {
  if (one.id === other.id || (one.idKind !== 'given' && other.idKind !== 'given')) return [];
  const shown = ({ id, idKind }: FlatEntity): unknown => (idKind === 'random' ? null : (id ?? null));
  return [{ path: ['id'], old: shown(one), new: shown(other) }];
}

function referenceChanges(one: FlatEntity, other: FlatEntity, { pairs }: Matching): FieldChange[] {
  return Array.from(one.entity.model.references.keys()).flatMap((field) => {
    const [from, to] = [one.references.get(field), other.references.get(field)];
    if (from === undefined ? to === undefined : to !== undefined && pairs.get(from) === to) return [];
    return [{ path: [field], old: from ? shownTarget(from) : null, new: to ? shownTarget(to) : null }];
  });
}

function shownTarget({ entity }: FlatEntity): string {
  const { name, id } = nameOf(entity);
  return printable(name ?? id ?? describe(entity));
}

function workedOutChanges(one: FlatEntity, other: FlatEntity): FieldChange[] {
  const both = Object.keys(one.workedOut).filter((field) => Object.hasOwn(other.workedOut, field));
  return both
    .filter((field) => one.workedOut[field] !== other.workedOut[field])
    .map((field) => ({ path: [field], old: one.workedOut[field], new: other.workedOut[field] }));
}

/** What an entity says beyond the defaults. */
function contentOf({ references, shape, fields }: FlatEntity): FieldChange[] {
  return [
    ...Array.from(references, ([field, target]) => ({ path: [field], old: null, new: shownTarget(target) })),
    ...compareFields(shape, fillRecord(shape, {}), fields),
  ];
}

function titleOf(flat: FlatEntity): Pick<EntityChange, 'entity' | 'label'> {
  const { name, ...rest } = nameOf(flat.entity);
  const entity = { ...rest, ...(name !== undefined && { name: printable(name) }) };
  return { entity, label: printable(labelOf(flat)) };
}

/** What has no name of its own, or one that is secret, is told by what it is on. */
function labelOf({ entity, references }: FlatEntity): string {
  const { uniqueName } = entity.model;
  const isNamed = uniqueName !== undefined && nameOf(entity).name === own(entity.value, uniqueName);
  const owners = isNamed ? [] : Array.from(references.values(), (target) => describe(target.entity));
  return [describe(entity), ...owners].join(' of ');
}

/** Finding places costs a reading of the text: once per document, and only where there is something to show. */
function placeFinder(): (
  flat: FlatEntity,
  side: 'old' | 'new',
) => Partial<Record<'old' | 'new', EntityPlace>> {
  const known = new Map<Document, Places>();
  return ({ entity, document }, side) => {
    if (document === undefined) return {};
    const places = known.get(document) ?? document.prepared.places();
    known.set(document, places);
    const { line, column } = places.find(pathOf(entity));
    return { [side]: { file: document.file, line, column } };
  };
}
