// Kong's schema format to JSON Schema 2020-12. Only what concerns one field at a time: references, checks between fields and
// validators that Kong's JSON does not show live in ../rules. Lua tables make some forms equal: an empty list is an empty
// mapping, so each stands for the other.
import { fieldsOf } from './kong-schema.js';
import type { KongField, KongSchema } from './kong-schema.js';
import { luaPatternToRegex } from './lua-pattern.js';
import { patternWords } from './pattern-words.js';

export type JsonSchema = boolean | { readonly [keyword: string]: unknown };
type Keywords = Record<string, unknown>;

/** Annotation: the message for whatever fails right in the schema that holds it. */
export const SAYS = 'x-says';
/** Annotation: the value is a secret, which no message may show. */
export const SECRET = 'x-secret';

export interface ConvertOptions {
  /** Fields that the schema does not show: nested lists, foreign keys, metadata. */
  readonly extra?: Readonly<Record<string, JsonSchema>>;
}

/** A whole entity, or a plugin's `config`: a record that must be there. */
export function convertRecord(schema: KongSchema, options: ConvertOptions = {}): JsonSchema {
  return recordKeywords(schema.fields, options.extra);
}

const VAULT_REFERENCE = '^\\{vault://[^]*\\}$';
const UUID = '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$';

/** One field's value. A field that is not required may be null, which also keeps Kong from filling in a default. */
export function convertField(field: KongField): JsonSchema {
  if (field.type === 'foreign' || field.type === 'json') return true;
  if ('eq' in field && field.eq === null) return { type: 'null', ...says(field.err) };
  // A plugin's or a vault's `config`: whatever its own schema is, Kong makes the record required.
  if (field.abstract === true) return { type: ['object', 'array'], maxItems: 0 };
  const keywords = keywordsOf(field);
  return field.required === true ? keywords : nullable(keywords);
}

function nullable(keywords: Keywords): Keywords {
  const types: unknown[] = [keywords['type']].flat();
  const values = keywords['enum'];
  return {
    ...keywords,
    type: [...types, 'null'],
    ...(Array.isArray(values) && { enum: [...(values as unknown[]), null] }),
  };
}

function keywordsOf(field: KongField): Keywords {
  switch (field.type) {
    case 'string':
      return stringKeywords(field);
    case 'integer':
    case 'number':
      return { type: field.type, ...rangeKeywords(field), ...choiceKeywords(field) };
    case 'boolean':
      return { type: 'boolean', ...('eq' in field && { enum: [field.eq], ...says(field.err) }) };
    case 'array':
    case 'set':
      return listKeywords(field);
    case 'map':
      return mapKeywords(field);
    case 'record':
      return recordKeywords(field.fields ?? []);
    case 'any':
      return { type: ['string', 'number', 'boolean', 'array', 'object'] };
    default:
      return {};
  }
}

function stringKeywords(field: KongField): Keywords {
  const length = field.len_min ?? 1;
  const base = { type: 'string', ...(length > 0 && { minLength: length }), ...secret(field) };
  const rules = { ...textRules(field), ...choiceKeywords(field) };
  if (Object.keys(rules).length === 0) return base;
  if (field.referenceable !== true) return { ...base, ...rules };
  return { ...base, if: { type: ['string', 'null'], pattern: VAULT_REFERENCE }, else: rules };
}

function textRules(field: KongField): Keywords {
  const {
    len_eq: exact,
    len_max: most,
    starts_with: start,
    match,
    not_match: never,
    match_any: any,
    err,
  } = field;
  const all: JsonSchema[] = [];
  const must = (patterns: readonly string[], words: string | undefined): number =>
    all.push({
      pattern: patterns.map((pattern) => `(?:${luaPatternToRegex(pattern)})`).join('|'),
      ...says(patternWords(patterns.join('|'), words ?? err)),
    });
  const mustNot = (pattern: string, words: string | undefined): number =>
    all.push({
      not: { type: 'string', pattern: luaPatternToRegex(pattern) },
      ...says(patternWords(`!${pattern}`, words ?? err)),
    });
  if (field.uuid === true) all.push({ pattern: UUID, [SAYS]: 'must be a UUID' });
  if (start !== undefined)
    all.push({ pattern: `^${escapeRegex(start)}`, [SAYS]: `must begin with ${start}` });
  if (never !== undefined) mustNot(never, undefined);
  for (const { pattern, err: words } of field.match_none ?? []) mustNot(pattern, words);
  if (match !== undefined) must([match], undefined);
  for (const { pattern, err: words } of field.match_all ?? []) must([pattern], words);
  if (any !== undefined) must(any.patterns, any.err);
  return {
    ...(exact !== undefined && { minLength: exact, maxLength: exact }),
    ...(most !== undefined && { maxLength: most }),
    ...(all.length > 0 && { allOf: all }),
  };
}

const escapeRegex = (text: string): string => text.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&');

function rangeKeywords({ between, gt, timestamp }: KongField): Keywords {
  const [minimum, maximum] = between ?? [];
  const above = timestamp === true ? 0 : gt;
  return {
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(above !== undefined && { exclusiveMinimum: above }),
  };
}

function choiceKeywords({ one_of: choices, not_one_of: banned, eq, err }: KongField): Keywords {
  return {
    ...(choices !== undefined && (choices.length > 0 ? { enum: choices } : { not: {} })),
    ...(eq !== undefined && { enum: [eq] }),
    ...(banned !== undefined && {
      not: { enum: banned },
      ...says(err ?? `must not be one of: ${banned.join(', ')}`),
    }),
  };
}

function listKeywords(field: KongField): Keywords {
  const exact = field.len_eq;
  const least = exact ?? field.len_min ?? 0;
  const most = exact ?? field.len_max;
  return {
    ...(least > 0 ? { type: 'array', minItems: least } : { type: ['array', 'object'], maxProperties: 0 }),
    ...(most !== undefined && { maxItems: most }),
    ...(field.elements && { items: convertField({ ...field.elements, required: true }) }),
    ...exclusiveSubsets(field.mutually_exclusive_subsets ?? []),
  };
}

/** Elements of two different subsets may not stand together. */
function exclusiveSubsets(subsets: readonly (readonly string[])[]): Keywords {
  const pairs = subsets.flatMap((one, at) => subsets.slice(at + 1).map((other) => [one, other] as const));
  if (pairs.length === 0) return {};
  return {
    allOf: pairs.map(([one, other]) => ({
      not: { allOf: [{ contains: { enum: one } }, { contains: { enum: other } }] },
      [SAYS]: `${one.join(', ')} cannot stand together with ${other.join(', ')}`,
    })),
  };
}

function mapKeywords(field: KongField): Keywords {
  return {
    ...((field.len_min ?? 0) > 0
      ? { type: 'object', minProperties: field.len_min }
      : { type: ['object', 'array'], maxItems: 0 }),
    ...(field.len_max !== undefined && { maxProperties: field.len_max }),
    ...(field.keys && { propertyNames: convertField({ ...field.keys, required: true }) }),
    ...(field.values && { additionalProperties: convertField({ ...field.values, required: true }) }),
  };
}

function recordKeywords(
  fields: KongSchema['fields'],
  extra: Readonly<Record<string, JsonSchema>> = {},
): Keywords {
  const byName = fieldsOf({ fields });
  const properties = Object.fromEntries(Array.from(byName, ([name, field]) => [name, convertField(field)]));
  const required = Array.from(byName).filter(([, field]) => mustBeWritten(field));
  return {
    // An empty list is an empty record: fine where nothing is missing.
    ...(required.length > 0 ? { type: 'object' } : { type: ['object', 'array'], maxItems: 0 }),
    // Kong never looks at updated_at, in no record (`unvalidated_fields` in its schema library).
    properties: { ...properties, ...extra, updated_at: true },
    additionalProperties: false,
    ...(required.length > 0 && { required: required.map(([name]) => name) }),
  };
}

/** Whether Kong cannot fill the field in itself. */
function mustBeWritten(field: KongField): boolean {
  if (field.required !== true || field.default !== undefined || field.auto === true) return false;
  if (field.type === 'foreign' || field.abstract === true) return false;
  if (field.type === 'record')
    return Array.from(fieldsOf({ fields: field.fields ?? [] }).values()).some(mustBeWritten);
  return true;
}

const says = (message: string | undefined): Keywords => (message === undefined ? {} : { [SAYS]: message });
const secret = ({ encrypted, referenceable }: KongField): Keywords =>
  encrypted === true || referenceable === true ? { [SECRET]: true } : {};
