// The conditions inside of Kong's checks between fields.
import { isDict } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { luaPatternToRegex } from '../schema/lua-pattern.js';

export interface Constraint {
  readonly required?: boolean;
  readonly eq?: unknown;
  readonly ne?: unknown;
  readonly one_of?: readonly unknown[];
  readonly not_one_of?: readonly unknown[];
  readonly len_eq?: number;
  readonly contains?: unknown;
  readonly gt?: number;
  /** Any of these must match. */
  readonly patterns?: readonly RegExp[];
  readonly elements?: Constraint;
}

const parsed = new WeakMap<object, Constraint>();

/** What of a condition we know how to judge. Conditions are parts of schemas: each is parsed once. */
export function parseConstraint(argument: unknown): Constraint {
  if (!isDict(argument)) return {};
  const known = parsed.get(argument);
  if (known !== undefined) return known;
  const constraint = parse(argument);
  parsed.set(argument, constraint);
  return constraint;
}

function parse(argument: Dict): Constraint {
  const {
    required,
    one_of: choices,
    not_one_of: banned,
    len_eq: length,
    gt,
    match,
    match_any: any,
    elements,
  } = argument;
  const patterns = typeof match === 'string' ? [match] : isDict(any) ? asTexts(any['patterns']) : undefined;
  return {
    ...(required === true && { required }),
    ...('eq' in argument && { eq: argument['eq'] }),
    ...('ne' in argument && { ne: argument['ne'] }),
    ...('contains' in argument && { contains: argument['contains'] }),
    ...(Array.isArray(choices) && { one_of: choices as unknown[] }),
    ...(Array.isArray(banned) && { not_one_of: banned as unknown[] }),
    ...(typeof length === 'number' && { len_eq: length }),
    ...(typeof gt === 'number' && { gt }),
    ...(patterns && { patterns: patterns.map((pattern) => new RegExp(luaPatternToRegex(pattern), 'u')) }),
    ...(isDict(elements) && { elements: parseConstraint(elements) }),
  };
}

const asTexts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** @param required the field's own word: where it is not required, Kong lets null meet any condition but `eq` */
export function meets(value: unknown, constraint: Constraint, required = false): boolean {
  if (value === null) {
    if ('ne' in constraint && constraint.ne === null) return false;
    if ('eq' in constraint && constraint.eq !== null) return false;
    return !required && constraint.required !== true;
  }
  if ('eq' in constraint && value !== constraint.eq) return false;
  if ('ne' in constraint && value === constraint.ne) return false;
  if (constraint.one_of?.includes(value) === false) return false;
  if (constraint.not_one_of?.includes(value) === true) return false;
  if (constraint.gt !== undefined && !(typeof value === 'number' && value > constraint.gt)) return false;
  if (constraint.len_eq !== undefined && lengthOf(value) !== constraint.len_eq) return false;
  if (
    constraint.patterns &&
    !(typeof value === 'string' && constraint.patterns.some((pattern) => pattern.test(value)))
  ) {
    return false;
  }
  if ('contains' in constraint && !(Array.isArray(value) && value.includes(constraint.contains)))
    return false;
  const { elements } = constraint;
  return (
    elements === undefined || (Array.isArray(value) && value.every((item) => meets(item, elements, true)))
  );
}

function lengthOf(value: unknown): number | undefined {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return isDict(value) ? Object.keys(value).length : undefined;
}
