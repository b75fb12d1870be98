/**
 * Values as Kong's Lua code sees them. `null` is `ngx.null`, `undefined` is `nil`, a JS array is a table
 * with the keys 1..n, and every other table is a Map. An empty array and an empty Map are the same table.
 */
export type Key = string | number | boolean | null;
export type Value = null | boolean | number | string | Value[] | Table;
export type Table = Map<Key, Value>;

/** A Lua runtime error: Kong answers 500 and keeps the details in its error log. */
export class LuaError extends Error {}

/** Whether an error stands for one of Kong's own: a Lua error, or a stack that overflows on deep nesting. */
export function isKongBreaking(error: unknown): boolean {
  return error instanceof LuaError || error instanceof RangeError;
}

export function isTable(value: Value | undefined): value is Value[] | Table {
  return Array.isArray(value) || value instanceof Map;
}

/** True for a table with exactly the keys 1..n, the empty table included. */
export function isSequence(value: Value | undefined): boolean {
  return Array.isArray(value) || (value instanceof Map && value.size === 0);
}

/** The elements of a sequence; none for anything else. */
export function elementsOf(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}

/** The same table seen as a Map: array positions become the keys 1..n. Arrays are copied, Maps are not. */
export function asMap(table: Value[] | Table): Table {
  return Array.isArray(table) ? new Map(table.map((value, index) => [index + 1, value])) : table;
}

/** The same as a Map; an empty one for what is no table. */
export function tableOf(value: Value | undefined): Table {
  return isTable(value) ? asMap(value) : new Map<Key, Value>();
}

export function typeName(value: Value | undefined): string {
  if (value === undefined) return 'nil';
  if (value === null) return 'userdata';
  return isTable(value) ? 'table' : typeof value;
}

/** Lua's `tostring`. Addresses of tables are left out: they differ in every run. */
export function toText(value: Value | undefined): string {
  if (value === undefined) return 'nil';
  if (value === null) return 'userdata: NULL';
  if (typeof value === 'number') return numberText(value, 14);
  return isTable(value) ? 'table: 0x0' : String(value);
}

/** Whole numbers below need no rounding and no exponent, at any precision Kong uses. */
const SHORT = 1e14;

/** C's `%.<precision>g`, which is how Lua and cjson write numbers. */
export function numberText(value: number, precision: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (Number.isInteger(value) && Math.abs(value) < SHORT) return String(value);
  const [mantissa = '', power = ''] = value.toExponential(precision - 1).split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < precision) return withoutZeros(value.toPrecision(precision));
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${withoutZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${digits}`;
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** `value[key]` as Lua evaluates it: strings have no such member, other scalars cannot be indexed. */
export function index(value: Value | undefined, key: Key): Value | undefined {
  if (value instanceof Map) return value.get(key);
  if (Array.isArray(value)) return typeof key === 'number' ? value[key - 1] : undefined;
  if (typeof value === 'string') return undefined;
  throw new LuaError(`attempt to index a ${typeName(value)} value`);
}

/** The value at a dotted path; `nil` and null on the way end the search. */
export function getPath(value: Value | undefined, path: string): Value | undefined {
  let at = value;
  for (const name of path.split('.')) {
    if (at === undefined || at === null) return undefined;
    at = index(at, name);
  }
  return at;
}

/** Assigns at a dotted path, making the tables on the way. */
export function setPath(table: Table, path: string, value: Value | undefined): void {
  const names = path.split('.');
  const last = names.pop() ?? path;
  let at = table;
  for (const name of names) {
    const next = at.get(name) ?? new Map<Key, Value>();
    if (!(next instanceof Map)) throw new LuaError(`attempt to index a ${typeName(next)} value`);
    at.set(name, next);
    at = next;
  }
  if (value === undefined) at.delete(last);
  else at.set(last, value);
}

/** Neither `nil`, null, an empty string nor an empty table. */
export function isNonEmpty(value: Value | undefined): value is Value {
  if (value === undefined || value === null || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return !(value instanceof Map) || value.size > 0;
}

export function deepCopy(value: Value): Value {
  if (value instanceof Map) return copyTable(value);
  if (!Array.isArray(value)) return value;
  const copy: Value[] = [];
  for (const element of value) copy.push(deepCopy(element));
  return copy;
}

export function copyTable(table: Table): Table {
  const copy: Table = new Map();
  for (const [key, value] of table) copy.set(key, deepCopy(value));
  return copy;
}

/** Structural equality, with empty array and empty Map alike. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (!isTable(a) || !isTable(b)) return false;
  const [left, right] = [asMap(a), asMap(b)];
  if (left.size !== right.size) return false;
  for (const [key, value] of left) {
    if (!right.has(key) || !sameValue(value, right.get(key))) return false;
  }
  return true;
}

/** Plain JSON data as a Lua value. Anything JSON cannot hold becomes null. */
export function fromJson(data: unknown): Value {
  if (typeof data === 'string' || typeof data === 'number' || typeof data === 'boolean') return data;
  if (Array.isArray(data)) return data.map(fromJson);
  if (typeof data !== 'object' || data === null) return null;
  const table: Table = new Map();
  for (const [key, value] of Object.entries(data)) table.set(key, fromJson(value));
  return table;
}
