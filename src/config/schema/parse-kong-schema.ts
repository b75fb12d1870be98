// A schema as a gateway or a file gives it, looked at before anything is made of it: whoever wrote it may be another version of
// Kong, the author of a custom plugin, or no friend.
import type { KongField, KongSchema } from './kong-schema.js';
import { luaPatternToRegex } from './lua-pattern.js';

export type ParsedSchema =
  | { readonly ok: true; readonly schema: KongSchema }
  /** `field`: where in the schema, e.g. `config.limits.minute.between`; empty for the schema as a whole. */
  | { readonly ok: false; readonly field: string; readonly message: string };

/** Bounds far beyond any plugin's: Kong's largest has some 90 fields, 6 levels deep. */
const MAX_DEPTH = 32;
const MAX_FIELDS = 2000;
const MAX_ITEMS = 2000;
const MAX_TEXT = 1000;

/**
 * The answer of `GET /schemas/...`, as far as we use it. Attributes that we do not know are left out; so are Lua patterns
 * that have no counterpart as regular expressions.
 */
export function parseKongSchema(value: unknown): ParsedSchema {
  try {
    const context: Context = { path: [], count: { fields: 0 } };
    const schema = mapping(value, context, 'must be a mapping with the list `fields`');
    if (schema['fields'] === undefined) fail(context, 'has no list `fields`');
    const fields = fieldList(schema['fields'], at(context, 'fields'));
    const { entity_checks, shorthand_fields } = records({ ...schema, fields: undefined }, context);
    return {
      ok: true,
      schema: {
        fields,
        ...(entity_checks && { entity_checks }),
        ...(shorthand_fields && { shorthand_fields }),
      },
    };
  } catch (error) {
    if (error instanceof Unusable) return { ok: false, field: error.field, message: error.message };
    throw error;
  }
}

interface Context {
  readonly path: readonly string[];
  readonly count: { fields: number };
}

class Unusable extends Error {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

function fail({ path }: Context, message: string): never {
  throw new Unusable(path.map((step) => step.slice(0, 80)).join('.'), message);
}

const at = (context: Context, step: string): Context => ({ ...context, path: [...context.path, step] });

type Mapping = Readonly<Record<string, unknown>>;

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mapping = (value: unknown, context: Context, message = 'must be a mapping'): Mapping =>
  isMapping(value) ? value : fail(context, message);

/** Kong writes an empty list as an empty mapping now and then. */
function list(value: unknown, context: Context): readonly unknown[] {
  const items = isMapping(value) && Object.keys(value).length === 0 ? [] : value;
  if (!Array.isArray(items)) return fail(context, 'must be a list');
  if (items.length > MAX_ITEMS) return fail(context, `has more than ${MAX_ITEMS} items`);
  return items as unknown[];
}

const boolean: Reader<boolean> = (value, context) =>
  typeof value === 'boolean' ? value : fail(context, 'must be true or false');
const number: Reader<number> = (value, context) =>
  typeof value === 'number' ? value : fail(context, 'must be a number');

const text: Reader<string> = (value, context) => {
  if (typeof value !== 'string') return fail(context, 'must be a text');
  return value.length > MAX_TEXT ? fail(context, `is longer than ${MAX_TEXT} characters`) : value;
};

const texts: Reader<readonly string[]> = (value, context) =>
  list(value, context).map((item) => text(item, context));

const choices: Reader<readonly (string | number)[] | undefined> = (value, context) => {
  const items = list(value, context);
  const plain = items.filter((item) => typeof item === 'string' || typeof item === 'number');
  return plain.length === items.length ? plain : undefined;
};

const range: Reader<readonly number[]> = (value, context) => {
  const ends = list(value, context).map((item) => number(item, context));
  return ends.length === 2 ? ends : fail(context, 'must be a list of two numbers');
};

const pattern: Reader<string | undefined> = (value, context) => {
  const lua = text(value, context);
  try {
    new RegExp(luaPatternToRegex(lua), 'u');
    return lua;
  } catch {
    return undefined;
  }
};

const patterns: Reader<KongField['match_all']> = (value, context) =>
  list(value, context).flatMap((item) => {
    const { pattern: lua, err } = mapping(item, context);
    const usable = pattern(lua, context);
    return usable === undefined ? [] : [{ pattern: usable, ...(typeof err === 'string' && { err }) }];
  });

const anyPattern: Reader<KongField['match_any']> = (value, context) => {
  const { patterns: given, err } = mapping(value, context);
  const all = list(given, context).map((item) => pattern(item, context));
  const usable = all.filter((item) => item !== undefined);
  // Without one of the choices the others would be too strict.
  return usable.length < all.length
    ? undefined
    : { patterns: usable, ...(typeof err === 'string' && { err }) };
};

const deprecation: Reader<KongField['deprecation']> = (value) => {
  const replacements =
    isMapping(value) && Array.isArray(value['replaced_with']) ? value['replaced_with'] : [];
  const paths = replacements.map((item: unknown) => (isMapping(item) ? item['path'] : undefined));
  const isPath = (path: unknown): path is string[] =>
    Array.isArray(path) && path.every((step) => typeof step === 'string');
  return { replaced_with: paths.filter(isPath).map((path) => ({ path })) };
};

const checks: Reader<KongSchema['entity_checks']> = (value, context) =>
  list(value, context).map((item) => mapping(item, context));

type Reader<T> = (value: unknown, context: Context) => T;

/** A value to compare with, or a default: what is nested deeper than these ever are is left out. */
const plainValue: Reader<unknown> = (value) => (isShallow(value, 8) ? value : undefined);

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1));
}

/** Every attribute that anybody here looks at. */
const ATTRIBUTES: Readonly<Record<string, Reader<unknown>>> = {
  required: boolean,
  default: plainValue,
  auto: boolean,
  unique: boolean,
  abstract: boolean,
  uuid: boolean,
  timestamp: boolean,
  encrypted: boolean,
  referenceable: boolean,
  is_regex: boolean,
  eq: plainValue,
  one_of: choices,
  not_one_of: choices,
  between: range,
  gt: number,
  len_eq: number,
  len_min: number,
  len_max: number,
  match: pattern,
  not_match: pattern,
  match_all: patterns,
  match_none: patterns,
  match_any: anyPattern,
  starts_with: text,
  mutually_exclusive_subsets: (value, context) => list(value, context).map((item) => texts(item, context)),
  err: text,
  elements: (value, context) => field(value, context),
  keys: (value, context) => field(value, context),
  values: (value, context) => field(value, context),
  fields: (value, context) => fieldList(value, context),
  shorthand_fields: (value, context) => fieldList(value, context),
  entity_checks: checks,
  deprecation,
  reference: text,
};

const TYPES: ReadonlySet<string> = new Set<KongField['type']>([
  'any',
  'array',
  'boolean',
  'foreign',
  'integer',
  'json',
  'map',
  'number',
  'record',
  'set',
  'string',
]);
const isType = (type: string): type is KongField['type'] => TYPES.has(type);

function field(value: unknown, context: Context): KongField {
  const attributes = mapping(value, context);
  context.count.fields += 1;
  if (context.count.fields > MAX_FIELDS) fail(context, `is one field too many: ${MAX_FIELDS} are the limit`);
  if (context.path.length > MAX_DEPTH) fail(context, `is nested too deep: ${MAX_DEPTH} levels are the limit`);
  const type = text(attributes['type'], at(context, 'type'));
  // A type of a newer Kong may hold anything, as far as we know.
  return isType(type) ? { ...records(attributes, context), type } : { type: 'json' };
}

/** The attributes that we know. */
function records(attributes: Mapping, context: Context): Partial<KongField> {
  const known = Object.entries(attributes).flatMap(([name, value]) => {
    const read = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
    const parsed = value === undefined ? undefined : read?.(value, at(context, name));
    return parsed === undefined ? [] : [[name, parsed] as const];
  });
  return Object.fromEntries(known);
}

function fieldList(value: unknown, context: Context): KongSchema['fields'] {
  return list(value, context).map((item) => {
    const entries = Object.entries(mapping(item, context));
    const inner = { ...context, path: context.path.slice(0, -1) };
    return Object.fromEntries(entries.map(([name, one]) => [name, field(one, at(inner, name))]));
  });
}
