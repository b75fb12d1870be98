import type { Path } from '../parse/result.js';
import type { Problem } from './problem.js';

const PLACEHOLDER = '${{';

export function holdsPlaceholder(text: string | Uint8Array): boolean {
  return typeof text === 'string'
    ? text.includes(PLACEHOLDER)
    : Buffer.from(text.buffer, text.byteOffset, text.byteLength).includes(PLACEHOLDER);
}

/**
 * Texts that hold a `${{` which nobody replaces: Kong would take it as it stands, for a password, say.
 * @param value a whole configuration; comments are not looked at
 */
export function placeholderProblems(value: unknown, path: Path = []): Problem[] {
  if (typeof value === 'string') return value.includes(PLACEHOLDER) ? [placeholder(path)] : [];
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, child]) =>
    key === '_comment' || key === '_ignore'
      ? []
      : placeholderProblems(child, [...path, isList ? Number(key) : key]),
  );
}

function placeholder(path: Path): Problem {
  return {
    severity: 'hold',
    code: 'placeholder',
    message: 'a placeholder of decK stands in for a value: Kong would take it as it is',
    hint: 'start Silverback with --deck to have it replaced, or write the value',
    path,
  };
}
