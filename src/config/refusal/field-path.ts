import { isDict, own } from '../document/dict.js';
import type { Path } from '../parse/result.js';

/**
 * Kong's dotted path as a path into a value: its list indices begin at one, and keys may hold dots themselves.
 * What the value does not have ends the path with the words that are left.
 */
export function pathOfField(field: string, value: unknown): Path {
  const words = field.split('.');
  const path: (string | number)[] = [];
  let at = value;
  for (let from = 0; from < words.length;) {
    const word = words[from] ?? '';
    if (Array.isArray(at) && /^\d+$/.test(word)) {
      path.push(Number(word) - 1);
      at = at[Number(word) - 1];
      from += 1;
    } else {
      const end = isDict(at) ? longestKey(at, words, from) : from + 1;
      const key = words.slice(from, end).join('.');
      path.push(key);
      at = isDict(at) ? own(at, key) : undefined;
      from = end;
    }
  }
  return path;
}

/** How many words make a key that is there; one, when none does. */
function longestKey(dict: Readonly<Record<string, unknown>>, words: readonly string[], from: number): number {
  for (let end = words.length; end > from + 1; end -= 1) {
    if (Object.hasOwn(dict, words.slice(from, end).join('.'))) return end;
  }
  return from + 1;
}
