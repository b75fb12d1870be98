// Parts of a diff in words, as text and Markdown share them.
import type { ConfigDiff, EntityChange, EntityPlace } from '../../config/diff/diff.js';
import type { FieldChange } from '../../config/diff/compare.js';
import { formatPath, printable } from '../../config/document/problem.js';

export interface Counts {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

export const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

/** Longer values tell a reader nothing more (characters). */
const MAX_VALUE = 200;

export function countChanges(entities: readonly EntityChange[]): Counts {
  const counts = { added: 0, removed: 0, changed: 0 };
  for (const { change } of entities) counts[change] += 1;
  return counts;
}

/** `1 added, 2 changed, 40 unchanged`. */
export function summaryOf({ settings, entities, unchanged }: ConfigDiff): string {
  const { added, removed, changed } = countChanges(entities);
  const parts = [
    [added, 'added'],
    [removed, 'removed'],
    [changed, 'changed'],
    [settings.length, settings.length === 1 ? 'setting changed' : 'settings changed'],
    [unchanged, 'unchanged'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}

/** A value on one line; none for a field that has none. */
export function shownValue(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const text = printable(JSON.stringify(value));
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}

export function shownPath({ path }: FieldChange): string {
  return formatPath(path);
}

export function shownPlace({ file, line }: EntityPlace): string {
  return printable(`${file}:${line}`);
}
