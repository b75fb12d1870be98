// What `silverback dump` puts in the place of secrets that nobody asked it to show. A text that holds it must never be pushed.
import type { Path } from '../parse/result.js';
import type { Problem } from './problem.js';

/** Nothing that YAML, JSON or a shell would write in another way, and nothing that anybody would choose for a secret. */
export const REDACTED = 'redacted-by-silverback-dump';

export function holdsRedacted(text: string | Uint8Array): boolean {
  return typeof text === 'string'
    ? text.includes(REDACTED)
    : Buffer.from(text.buffer, text.byteOffset, text.byteLength).includes(REDACTED);
}

/**
 * Values that are missing because a dump left them out: Kong would take the marker for a password.
 * @param value a whole configuration; comments are not looked at
 */
export function redactedProblems(value: unknown, path: Path = []): Problem[] {
  if (typeof value === 'string') return value.includes(REDACTED) ? [redacted(path)] : [];
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, child]) =>
    key === '_comment' || key === '_ignore'
      ? []
      : redactedProblems(child, [...path, isList ? Number(key) : key]),
  );
}

function redacted(path: Path): Problem {
  return {
    severity: 'error',
    code: 'redacted',
    message: 'the secret is missing here: this comes from a dump that shows no secrets',
    hint: 'dump again with --show-secrets, or write the value',
    path,
  };
}
