// `GET /api/v1/diff`: what `silverback diff -o json` prints (docs/diff.md).

export interface FieldDifference {
  readonly path: string;
  readonly old?: unknown;
  readonly new?: unknown;
  readonly secret?: true;
}

export interface EntityDifference {
  readonly change: 'added' | 'removed' | 'changed';
  readonly label: string;
  readonly fields: readonly FieldDifference[];
}

export interface Difference {
  readonly different: boolean;
  readonly summary: {
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
    readonly unchanged: number;
  };
  readonly settings: readonly FieldDifference[];
  readonly entities: readonly EntityDifference[];
}

type Dict = Readonly<Record<string, unknown>>;

const isDict = (value: unknown): value is Dict =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isField = (value: unknown): value is FieldDifference =>
  isDict(value) && typeof value['path'] === 'string';

const isEntity = (value: unknown): value is EntityDifference =>
  isDict(value) &&
  (value['change'] === 'added' || value['change'] === 'removed' || value['change'] === 'changed') &&
  typeof value['label'] === 'string' &&
  Array.isArray(value['fields']) &&
  value['fields'].every(isField);

export function isDifference(value: unknown): value is Difference {
  if (!isDict(value)) return false;
  const { different, summary, settings, entities } = value;
  return (
    typeof different === 'boolean' &&
    isDict(summary) &&
    ['added', 'removed', 'changed', 'unchanged'].every((name) => typeof summary[name] === 'number') &&
    Array.isArray(settings) &&
    settings.every(isField) &&
    Array.isArray(entities) &&
    entities.every(isEntity)
  );
}

/** `1 added, 2 changed, 40 unchanged` */
export function summaryText({ summary, settings }: Difference): string {
  const parts = [
    [summary.added, 'added'],
    [summary.removed, 'removed'],
    [summary.changed, 'changed'],
    [settings.length, settings.length === 1 ? 'setting changed' : 'settings changed'],
    [summary.unchanged, 'unchanged'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}

/** A value on one line; `none` where there is nothing. */
export const valueText = (value: unknown): string =>
  value === undefined || value === null ? 'none' : JSON.stringify(value);
