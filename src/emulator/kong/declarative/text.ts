import { readText } from '../../../config/parse/read-text.js';
import type { OddKey, ReadFailure } from '../../../config/parse/result.js';
import { LuaError, type Key, type Table, type Value } from '../lua/value.js';

export type TextResult =
  { readonly ok: true; readonly value: Value[] | Table } | { readonly ok: false; readonly message: string };

/** Kong reads whatever its listener lets through. */
const NO_LIMITS = { maxBytes: Number.MAX_SAFE_INTEGER };
const PREFIX = 'failed parsing declarative configuration';

/**
 * A configuration text as Kong's tables. A YAML null is an empty table: lyaml's null is one.
 *
 * @returns or Kong's words for a text that is neither JSON nor YAML, or no object (the parser's own words differ)
 * @throws LuaError for texts on which Kong breaks: numbers out of range, too deep nesting
 */
export function parseText(text: string | Uint8Array): TextResult {
  const read = readText(text, NO_LIMITS);
  if (!read.ok) {
    if (read.code !== 'syntax' && read.code !== 'encoding')
      throw new LuaError(`${read.code}: ${read.message}`);
    return { ok: false, message: `${PREFIX}: ${place(read)}: ${read.message}` };
  }
  if (read.format === 'yaml' && read.value === null) return { ok: true, value: new Map() };
  const value = toTable(read.value, oddKeysByOwner(read.oddKeys));
  if (value instanceof Map || Array.isArray(value)) return { ok: true, value };
  return { ok: false, message: `${PREFIX}: expected an object` };
}

function place({ line, column }: ReadFailure): string {
  return `${line}:${column}`;
}

function oddKeysByOwner(keys: readonly OddKey[]): ReadonlyMap<object, ReadonlySet<string>> {
  const byOwner = new Map<object, Set<string>>();
  for (const { owner, key } of keys) {
    const known = byOwner.get(owner) ?? new Set<string>();
    byOwner.set(owner, known.add(key));
  }
  return byOwner;
}

/** Keys that were no strings in YAML get their type back. */
function toTable(data: unknown, oddKeys: ReadonlyMap<object, ReadonlySet<string>>): Value {
  if (typeof data === 'string' || typeof data === 'number' || typeof data === 'boolean') return data;
  if (Array.isArray(data)) {
    const list: Value[] = [];
    for (const element of data) list.push(toTable(element, oddKeys));
    return list;
  }
  if (typeof data !== 'object' || data === null) return null;
  const table: Table = new Map();
  const odd = oddKeys.get(data);
  for (const [name, value] of Object.entries(data)) {
    table.set(odd?.has(name) === true ? oddKey(name) : name, toTable(value, oddKeys));
  }
  return table;
}

function oddKey(name: string): Key {
  if (name === 'true' || name === 'false') return name === 'true';
  const number = Number(name);
  return Number.isNaN(number) ? null : number;
}
