import { Buffer } from 'node:buffer';
import { matchesPattern } from '../lua/pattern.js';
import { asMap, elementsOf, isTable, LuaError, toText, type Table, type Value } from '../lua/value.js';
import type { Check } from './types.js';

type CheckMaker = (argument: Value, definition: Table) => Check;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Attributes of a field that check its value, in the order in which Kong runs them (kong/db/schema, 3.9). */
const MAKERS: readonly (readonly [string, CheckMaker])[] = [
  ['eq', equals],
  ['ne', (unwanted) => (value) => (value === unwanted ? `value must not be ${toText(value)}` : undefined)],
  [
    'not_one_of',
    (options) => (value) => (listed(value, options) ? `must not be one of: ${joined(options)}` : undefined),
  ],
  [
    'one_of',
    (options) => (value) => (listed(value, options) ? undefined : `expected one of: ${joined(options)}`),
  ],
  [
    'gt',
    (limit) => (value) =>
      compare(value, limit) > 0 ? undefined : `value must be greater than ${toText(limit)}`,
  ],
  ['timestamp', () => (value) => (compare(value, 0) > 0 ? undefined : 'expected a valid timestamp')],
  ['uuid', () => (value) => (UUID.test(text(value)) ? undefined : 'expected a valid UUID')],
  ['between', between],
  ['len_eq', length((size, wanted) => size === wanted, 'length must be')],
  ['len_min', length((size, least) => size >= least, 'length must be at least')],
  ['len_max', length((size, most) => size <= most, 'length must be at most')],
  [
    'starts_with',
    (start) => (value) =>
      text(value).startsWith(text(start)) ? undefined : `should start with: ${text(start)}`,
  ],
  [
    'not_match',
    (pattern) => (value) => (matches(value, pattern) ? `invalid value: ${text(value)}` : undefined),
  ],
  ['match_none', (list) => patterns(list, (value, pattern) => !matches(value, pattern))],
  ['match', (pattern) => (value) => (matches(value, pattern) ? undefined : `invalid value: ${text(value)}`)],
  ['match_all', (list) => patterns(list, matches)],
  ['match_any', matchAny],
  ['contains', contains],
];

/**
 * The checks a field definition asks for, in Kong's order.
 *
 * @param custom Kong's `custom_validator` of this field, which schemas do not show; it runs after the others but
 * before `mutually_exclusive_subsets`
 * @param isRegex how `is_regex` is decided
 */
export function checksOf(definition: Table, custom: Check | undefined, isRegex: Check): Check[] {
  const checks: Check[] = [];
  for (const [name, make] of MAKERS) {
    if (name === 'between' && definition.get('is_regex') === true) checks.push(isRegex);
    const argument = name === 'len_min' ? leastLength(definition) : definition.get(name);
    if (argument !== undefined && !(name === 'eq' && argument === null))
      checks.push(make(argument, definition));
  }
  if (custom !== undefined) checks.push(custom);
  const subsets = definition.get('mutually_exclusive_subsets');
  if (subsets !== undefined) checks.push(exclusiveSubsets(subsets));
  return checks;
}

/** Strings are never empty in Kong unless the schema says `len_min: 0`. */
function leastLength(definition: Table): Value | undefined {
  return definition.get('len_min') ?? (definition.get('type') === 'string' ? 1 : undefined);
}

function equals(wanted: Value): Check {
  return (value) => (value === wanted ? undefined : `value must be ${toText(wanted)}`);
}

function between(limits: Value): Check {
  const [low = null, high = null] = elementsOf(limits);
  const message = `value should be between ${Math.trunc(Number(low))} and ${Math.trunc(Number(high))}`;
  return (value) => (compare(value, low) < 0 || compare(value, high) > 0 ? message : undefined);
}

function length(holds: (size: number, wanted: number) => boolean, words: string): CheckMaker {
  return (argument, definition) => {
    const wanted = Number(argument);
    return (value) =>
      holds(sizeOf(value, definition.get('type') === 'map'), wanted) ? undefined : `${words} ${wanted}`;
  };
}

/** Lua's `#`: bytes of a string, the sequence part of a table; a map counts its pairs too. */
function sizeOf(value: Value, isMap: boolean): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return isMap ? value.length * 2 : value.length;
  if (value instanceof Map) return isMap ? value.size : 0;
  throw new LuaError(`attempt to get length of a ${typeof value} value`);
}

function matchAny(argument: Value): Check {
  const options = isTable(argument) ? asMap(argument) : new Map<string, Value>();
  const message = options.get('err');
  return (value) =>
    elementsOf(options.get('patterns')).some((pattern) => matches(value, pattern))
      ? undefined
      : typeof message === 'string'
        ? message
        : `invalid value: ${text(value)}`;
}

function patterns(list: Value, holds: (value: Value, pattern: Value) => boolean): Check {
  const rules = elementsOf(list).map((rule) => (rule instanceof Map ? rule : new Map<string, Value>()));
  return (value) => {
    for (const rule of rules) {
      if (!holds(value, rule.get('pattern') ?? '')) return text(rule.get('err') ?? '');
    }
    return undefined;
  };
}

function contains(wanted: Value): Check {
  return (value) =>
    elementsOf(value).includes(wanted) ? undefined : `expected to contain: ${toText(wanted)}`;
}

function exclusiveSubsets(argument: Value): Check {
  const subsets = elementsOf(argument).map(elementsOf);
  return (value) => {
    const touched: Value[][] = [];
    for (const element of elementsOf(value)) {
      const subset = subsets.find((members) => members.includes(element));
      if (subset !== undefined && !touched.includes(subset)) touched.push(subset);
    }
    return touched.length <= 1
      ? undefined
      : `these sets are mutually exclusive: ${touched.map((subset) => `(${quotedList(subset)})`).join(', ')}`;
  };
}

/** `'a', 'b'`: how Kong lists names in a message. */
export function quotedList(names: readonly Value[]): string {
  return names.map((name) => `'${toText(name)}'`).join(', ');
}

function listed(value: Value, options: Value): boolean {
  return elementsOf(options).includes(value);
}

function joined(options: Value): string {
  return elementsOf(options).map(toText).join(', ');
}

function matches(value: Value, pattern: Value): boolean {
  return matchesPattern(text(value), text(pattern));
}

function text(value: Value): string {
  if (typeof value === 'string') return value;
  throw new LuaError(`attempt to index a ${typeof value} value`);
}

/** Order of two values; Lua compares numbers with numbers and strings with strings, nothing else. */
function compare(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number')
    return a > b ? 1 : a < b ? -1 : a === b ? 0 : Number.NaN;
  throw new LuaError(`attempt to compare ${typeof a} with ${typeof b}`);
}
