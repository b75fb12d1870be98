import { asMap, isTable, LuaError, numberText, type Table, type Value } from './value.js';

/** cjson's limits, as Kong sets them: a table with holes is an array up to these, else an error. */
const SPARSE_RATIO = 2;
const SPARSE_SAFE = 32_768;
const PRECISION = 16;

/**
 * JSON as Kong's cjson writes it. An array keeps its brackets when empty, an empty Map is `{}`; a Map whose keys
 * are all positive integers is an array whose holes are null.
 *
 * @throws LuaError for NaN and infinities, which cjson refuses, and for keys JSON cannot hold.
 */
export function encodeJson(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return encodeNumber(value);
  if (!isTable(value)) return String(value);
  if (Array.isArray(value)) return encodeArray(value);
  return hasOnlyPositions(value) ? encodeSparse(value) : encodeObject(value);
}

function encodeArray(list: readonly Value[]): string {
  const parts: string[] = [];
  for (const element of list) parts.push(encodeJson(element));
  return `[${parts.join(',')}]`;
}

function encodeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new LuaError('Cannot serialise number: must not be NaN or Infinity');
  return numberText(value, PRECISION);
}

function hasOnlyPositions(table: Table): boolean {
  if (table.size === 0) return false;
  for (const key of table.keys()) {
    if (typeof key !== 'number' || !Number.isInteger(key) || key < 1) return false;
  }
  return true;
}

function encodeSparse(table: Table): string {
  let last = 0;
  for (const key of table.keys()) if (typeof key === 'number') last = Math.max(last, key);
  if (last > SPARSE_SAFE && last > table.size * SPARSE_RATIO) {
    throw new LuaError('Cannot serialise table: excessively sparse array');
  }
  const parts: string[] = [];
  for (let position = 1; position <= last; position += 1) {
    parts.push(encodeJson(table.get(position) ?? null));
  }
  return `[${parts.join(',')}]`;
}

function encodeObject(table: Table): string {
  const parts: string[] = [];
  for (const [key, value] of asMap(table)) {
    if (key === null || typeof key === 'boolean') {
      throw new LuaError('Cannot serialise table: table key must be a number or string');
    }
    const name = typeof key === 'number' ? numberText(key, PRECISION) : key;
    parts.push(`${JSON.stringify(name)}:${encodeJson(value)}`);
  }
  return `{${parts.join(',')}}`;
}
