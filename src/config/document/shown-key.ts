const MAX_LENGTH = 80;

/**
 * A key as messages show it. Only its beginning may be one: whoever forgets the space in `{username: ann, password:xyz}` has
 * written a secret into a key.
 */
export function shownKey(key: string): string {
  const separator = key.search(/[:=\s]/);
  const end = Math.min(separator < 0 ? key.length : separator, MAX_LENGTH);
  return end < key.length ? `${key.slice(0, end)}…` : key;
}
