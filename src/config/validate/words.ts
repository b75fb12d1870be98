// How types and values are called in messages. A value itself is never shown: it may be a secret.

const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  null: 'nothing',
  number: 'a number',
  object: 'a mapping',
  string: 'a text',
};

/** What a schema's `type` wants. A list and an empty mapping are one for Kong, so the first of both tells. */
export function wantedType(types: readonly string[]): string {
  const [first = ''] = types;
  return TYPES[first] ?? first;
}

export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return TYPES[typeof value] ?? typeof value;
}

const MAX_LISTED = 16;

/** `a, b or c`; long lists are cut. */
export function orList(words: readonly unknown[]): string {
  const shown = words.slice(0, MAX_LISTED).map(String);
  if (words.length > MAX_LISTED) return `${shown.join(', ')}, …`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} or ${shown.at(-1) ?? ''}` : shown.join('');
}
