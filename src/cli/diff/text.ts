// A diff for people at a terminal.
import type { ConfigDiff, EntityChange } from '../../config/diff/diff.js';
import type { FieldChange } from '../../config/diff/compare.js';
import { shownPath, shownPlace, shownValue, SIGNS, summaryOf } from './shown.js';

export type Colour = 'green' | 'red' | 'yellow' | 'dim' | 'bold';
export type Paint = (colour: Colour, text: string) => string;

const COLOURS = { added: 'green', removed: 'red', changed: 'yellow' } as const;
const MAX_ENTITIES = 500;
const MAX_FIELDS = 50;

/** @returns lines, each ended */
export function diffText(diff: ConfigDiff, paint: Paint): string {
  const { settings, entities } = diff;
  if (settings.length + entities.length === 0) return 'no difference\n';
  const more = entities.length - MAX_ENTITIES;
  return [
    ...settings.map((field) => fieldLine(field, 'changed', paint).trimStart()),
    ...entities.slice(0, MAX_ENTITIES).flatMap((entity) => entityLines(entity, paint)),
    ...(more > 0 ? [paint('dim', `… and ${more} more entities: --format json lists all of them`)] : []),
    '',
    paint('bold', summaryOf(diff)),
    '',
  ].join('\n');
}

function entityLines({ change, label, old, new: now, fields }: EntityChange, paint: Paint): string[] {
  const places = [old, now].flatMap((place) => (place ? [shownPlace(place)] : []));
  const title = paint(COLOURS[change], `${SIGNS[change]} ${label}`);
  const more = fields.length - MAX_FIELDS;
  return [
    `${title}  ${paint('dim', `(${places.join(' -> ')})`)}`,
    ...fields.slice(0, MAX_FIELDS).map((field) => fieldLine(field, change, paint)),
    ...(more > 0 ? [paint('dim', `    … and ${more} more fields`)] : []),
  ];
}

function fieldLine(field: FieldChange, change: EntityChange['change'], paint: Paint): string {
  const path = shownPath(field);
  if (field.secret) {
    return `    ${path}: ${paint('dim', change === 'changed' ? 'changed (secret)' : 'secret')}`;
  }
  const none = paint('dim', 'none');
  const old = shownValue(field.old);
  const now = shownValue(field.new);
  if (change === 'added') return `    ${path}: ${now ?? none}`;
  if (change === 'removed') return `    ${path}: ${old ?? none}`;
  return `    ${path}: ${old ? paint('red', old) : none} -> ${now ? paint('green', now) : none}`;
}
