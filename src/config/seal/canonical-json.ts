import { isDict } from '../document/dict.js';
import type { Dict } from '../document/dict.js';

/**
 * JSON with sorted keys (by UTF-16 units, as no locale would sort) and no spaces: equal values give equal texts. Takes what
 * `readText` gives (null, booleans, finite numbers, strings, lists, plain objects); recursion is bounded by the reader's limit
 * on nesting.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return canonicalList(value);
  return isDict(value) ? canonicalDict(value) : String(value);
}

function canonicalList(items: readonly unknown[]): string {
  let out = '';
  for (const item of items) out += out === '' ? canonicalJson(item) : `,${canonicalJson(item)}`;
  return `[${out}]`;
}

function canonicalDict(dict: Dict): string {
  let out = '';
  for (const key of Object.keys(dict).sort()) {
    const item = dict[key];
    if (item !== undefined) out += `${out === '' ? '' : ','}${quote(key)}:${canonicalJson(item)}`;
  }
  return `{${out}}`;
}

/** Nothing that JSON escapes. */
const PLAIN = /^[ !#-[\]-~]*$/;

const quote = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));
