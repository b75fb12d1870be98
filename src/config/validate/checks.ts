// Kong's checks between the fields of one record, as its schemas state them (`entity_checks`; kong/db/schema/init.lua).
import { asRecord, isDict, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import type { Path } from '../parse/result.js';
import { fieldAt, recordFieldsOf } from '../schema/kong-schema.js';
import type { Fields, KongField } from '../schema/kong-schema.js';
import type { Report } from './field-errors.js';
import { meets, parseConstraint } from './constraint.js';
import type { Constraint } from './constraint.js';
import { isVaultReference } from './vault-reference.js';
import { orList } from './words.js';

export type Checks = readonly Readonly<Record<string, unknown>>[];

/**
 * Runs the checks of a record, then those of the records in it.
 * @param isSound whether the field at a path is free of problems: Kong's checks say nothing new about a broken one
 */
export function checkRecord(
  fields: Fields,
  checks: Checks,
  record: Dict,
  isSound: (path: Path) => boolean,
  report: Report,
  path: Path = [],
): void {
  const scope: Scope = { fields, record, isSound, report, path };
  for (const check of checks) {
    for (const kind of Object.keys(check)) runCheck(kind, check[kind], scope);
  }
  for (const [name, field] of nestedFields(fields)) {
    const value = own(record, name);
    if (value !== undefined) checkNested(field, value, { ...scope, path: [...path, name] });
  }
}

function checkNested(field: KongField, value: unknown, scope: Scope): void {
  const { isSound, report, path } = scope;
  const record = field.type === 'record' ? asRecord(value) : undefined;
  if (record !== undefined) {
    checkRecord(recordFieldsOf(field), field.entity_checks ?? [], record, isSound, report, path);
  } else if (field.elements !== undefined && Array.isArray(value)) {
    const { elements } = field;
    value.forEach((item, index) => checkNested(elements, item, { ...scope, path: [...path, index] }));
  } else if (field.values !== undefined && isDict(value)) {
    for (const [key, item] of Object.entries(value))
      checkNested(field.values, item, { ...scope, path: [...path, key] });
  }
}

const nestedOf = new WeakMap<Fields, [string, KongField][]>();

/** The fields that hold records, or lists and mappings of them. */
function nestedFields(fields: Fields): [string, KongField][] {
  let found = nestedOf.get(fields);
  if (found === undefined) {
    found = Array.from(fields).filter(
      ([, { type, elements, values }]) =>
        type === 'record' || elements?.type === 'record' || values?.type === 'record',
    );
    nestedOf.set(fields, found);
  }
  return found;
}

interface Scope {
  readonly fields: Fields;
  readonly record: Dict;
  readonly isSound: (path: Path) => boolean;
  readonly report: Report;
  readonly path: Path;
}

function runCheck(kind: string, argument: unknown, scope: Scope): void {
  if (kind === 'conditional') checkConditional(argument, scope);
  else if (kind === 'conditional_at_least_one_of') checkConditionalChoice(argument, scope);
  else {
    const names = namesOf(argument);
    const filled = names.filter((name) => isFilled(valueOf(scope, name)));
    const message = names.length === 0 ? undefined : countMessage(kind, names, filled, scope);
    if (message === undefined) return;
    if (names.some((name) => !scope.isSound(pathTo(scope, name)) || isReference(scope, name))) return;
    scope.report({ code: 'check', message, path: scope.path });
  }
}

function countMessage(kind: string, names: string[], filled: string[], scope: Scope): string | undefined {
  switch (kind) {
    case 'at_least_one_of':
      return filled.length > 0 ? undefined : `needs ${orList(names)}`;
    case 'mutually_exclusive':
      return filled.length <= 1 ? undefined : `may have only one of ${names.join(', ')}`;
    case 'only_one_of':
      return filled.length === 1 ? undefined : `needs exactly one of ${names.join(', ')}`;
    case 'mutually_required':
      return filled.length === 0 || filled.length === names.length
        ? undefined
        : `needs all or none of ${names.join(', ')}`;
    case 'distinct':
      return new Set(filled.map((name) => valueOf(scope, name))).size === filled.length
        ? undefined
        : `needs different values in ${names.join(', ')}`;
    default:
      return undefined;
  }
}

/** When one field meets a condition, another must meet one, too. */
function checkConditional(argument: unknown, scope: Scope): void {
  if (!isDict(argument)) return;
  const [ifField, thenField] = [String(argument['if_field']), String(argument['then_field'])];
  const condition = valueOf(scope, ifField);
  const ifMatch = parseConstraint(argument['if_match']);
  if (condition === undefined || !meets(condition, ifMatch, requires(scope, ifField))) return;
  const thenMatch = parseConstraint(argument['then_match']);
  if (meets(valueOf(scope, thenField) ?? null, thenMatch, requires(scope, thenField))) return;
  if (!scope.isSound(pathTo(scope, ifField)) || !scope.isSound(pathTo(scope, thenField))) return;
  if (isReference(scope, ifField) || isReference(scope, thenField)) return;
  const path = pathTo(scope, thenField);
  scope.report({ code: 'check', message: `${demand(thenMatch)} with this ${ifField}`, path });
}

function demand(match: Constraint): string {
  if ('eq' in match && match.eq === null) return 'must not be set';
  if (match.required === true) return 'is needed';
  if (match.len_eq === 0) return 'must be empty';
  return match.one_of ? `must be ${orList(match.one_of)}` : 'must have another value';
}

/** When one field meets a condition, at least one of some others must be filled; else, maybe, the same with other fields. */
function checkConditionalChoice(argument: unknown, scope: Scope): void {
  if (!isDict(argument)) return;
  const ifField = String(argument['if_field']);
  const value = valueOf(scope, ifField);
  if (value === undefined || !scope.isSound(pathTo(scope, ifField))) return;
  const holds = (key: string): boolean =>
    key in argument && meets(value, parseConstraint(argument[key]), requires(scope, ifField));
  const names = holds('if_match')
    ? namesOf(argument['then_at_least_one_of'])
    : holds('else_match')
      ? namesOf(argument['else_then_at_least_one_of'])
      : [];
  if (names.length === 0 || names.some((name) => isFilled(valueOf(scope, name)))) return;
  scope.report({ code: 'check', message: `needs ${orList(names)} with these ${ifField}`, path: scope.path });
}

const pathTo = ({ path }: Scope, name: string): Path => [...path, ...stepsOf(name)];

const steps = new Map<string, readonly string[]>();

/** Names come from schemas: there are few of them. */
function stepsOf(name: string): readonly string[] {
  let found = steps.get(name);
  if (found === undefined) {
    found = name.split('.');
    steps.set(name, found);
  }
  return found;
}

const namesOf = (argument: unknown): string[] => (Array.isArray(argument) ? argument.map(String) : []);

/**
 * The value as Kong checks it, with what it fills in: the default, null for a field that need not be there, an empty record for
 * one that must. A written null keeps it from doing so.
 */
function valueOf({ fields, record }: Scope, name: string): unknown {
  let known: Fields = fields;
  let value: unknown = record;
  for (const key of stepsOf(name)) {
    const field = known.get(key);
    const dict = asRecord(value);
    if (dict === undefined) return undefined;
    value = Object.hasOwn(dict, key) ? dict[key] : filledIn(field);
    known = field === undefined ? NOTHING_KNOWN : recordFieldsOf(field);
  }
  return value;
}

const NOTHING_KNOWN: Fields = new Map();

function filledIn(field: KongField | undefined): unknown {
  if (field === undefined) return undefined;
  if (field.default !== undefined) return field.default;
  if (field.required !== true) return null;
  return field.type === 'record' ? {} : undefined;
}

const requires = ({ fields }: Scope, name: string): boolean =>
  fieldAt(fields, stepsOf(name))?.required === true;

function isFilled(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** A vault reference stands for a value that nobody here knows. */
function isReference(scope: Scope, name: string): boolean {
  return (
    fieldAt(scope.fields, stepsOf(name))?.referenceable === true && isVaultReference(valueOf(scope, name))
  );
}
