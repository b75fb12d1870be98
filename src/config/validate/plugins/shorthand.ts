// Shorthand fields of plugins' configs: Kong puts what they say into other fields before it validates (kong/db/schema/init.lua
// of 3.9, `shorthand_fields`).
import { asRecord, isDict, own } from '../../document/dict.js';
import type { Dict } from '../../document/dict.js';
import type { Path } from '../../parse/result.js';
import { recordFieldsOf } from '../../schema/kong-schema.js';
import type { KongField } from '../../schema/kong-schema.js';
import { withoutFalseRecords } from '../false-records.js';
import type { FieldProblem } from '../field-errors.js';
import { urlFault } from '../text/url.js';
import { isVaultReference } from '../vault-reference.js';
import { typeOf, wantedType } from '../words.js';

export interface ExpandedConfig {
  readonly value: Dict;
  /** Where values went that were written elsewhere: the path of the new field, then that of the written one. */
  readonly moved: readonly (readonly [made: Path, written: Path])[];
  readonly problems: readonly FieldProblem[];
}

/** A written field, and where its value goes; nowhere, where it is dropped. */
interface Move {
  readonly from: string;
  readonly to: Path | undefined;
  readonly value: unknown;
}

/** Renamed fields whose schemas do not say what they became. */
const RENAMED: Readonly<Record<string, string>> = {
  cookie_discard: 'stale_ttl',
  cookie_httponly: 'cookie_http_only',
  cookie_idletime: 'idling_timeout',
  cookie_lifetime: 'rolling_timeout',
  cookie_persistent: 'remember',
  cookie_samesite: 'cookie_same_site',
  endpoint: 'traces_endpoint',
};

function moveOf(name: string, field: KongField, value: unknown): Move {
  const to =
    field.deprecation?.replaced_with?.[0]?.path ??
    (RENAMED[name] === undefined ? undefined : [RENAMED[name]]);
  return { from: name, to, value: name === 'cookie_samesite' && value === 'off' ? 'Lax' : value };
}

/** The config as Kong validates it. What is written stays as it is. */
export function expandConfig(field: KongField, written: Dict, at: Path): ExpandedConfig {
  const problems: FieldProblem[] = [];
  const moved: [Path, Path][] = [];
  let value = withoutFalseRecords(recordFieldsOf(field), written);
  for (const [name, shorthand] of (field.shorthand_fields ?? []).flatMap((item) => Object.entries(item))) {
    if (!Object.hasOwn(written, name)) continue;
    const path = [...at, name];
    const { to, value: given } = moveOf(name, shorthand, own(written, name));
    const problem = problemOf(name, shorthand, given) ?? (to && conflictOf(shorthand, given, to, written));
    if (problem !== undefined) problems.push({ ...problem, path });
    const { [name]: _, ...rest } = value;
    value = to === undefined || problem !== undefined ? rest : placed(rest, to, given, shorthand);
    if (to !== undefined) moved.push([[...at, ...to], path]);
  }
  return withNested(field, { value, moved, problems }, at);
}

/** The same for the records in it. */
function withNested(field: KongField, outer: ExpandedConfig, at: Path): ExpandedConfig {
  let { value } = outer;
  const moved = [...outer.moved];
  const problems = [...outer.problems];
  for (const [name, nested] of recordFieldsOf(field)) {
    const given =
      nested.type === 'record' && Object.hasOwn(value, name) ? asRecord(own(value, name)) : undefined;
    if (given === undefined) continue;
    const expanded = expandConfig(nested, given, [...at, name]);
    if (expanded.value !== given) value = { ...value, [name]: expanded.value };
    moved.push(...expanded.moved);
    problems.push(...expanded.problems);
  }
  return { value, moved, problems };
}

/** What Kong checks of the shorthand itself, whether its value goes anywhere or not. */
function problemOf(
  name: string,
  { type }: KongField,
  value: unknown,
): Omit<FieldProblem, 'path'> | undefined {
  const fits = value === null || (type === 'integer' ? Number.isInteger(value) : typeof value === type);
  if (!fits) return { code: 'wrong-type', message: `must be ${wantedType([type])}, not ${typeOf(value)}` };
  const fault =
    name === 'endpoint' && typeof value === 'string' && !isVaultReference(value)
      ? urlFault(value)
      : undefined;
  return fault === undefined ? undefined : { code: 'bad-value', message: fault };
}

/** A deprecated field and its successor may stand together only with one value. */
function conflictOf(
  { deprecation }: KongField,
  value: unknown,
  to: Path,
  written: Dict,
): Omit<FieldProblem, 'path'> | undefined {
  if (deprecation?.replaced_with === undefined || value === null) return undefined;
  const successor = to.reduce<unknown>(
    (outer, key) => (isDict(outer) ? own(outer, String(key)) : undefined),
    written,
  );
  const there = successor !== undefined && successor !== null && successor !== false;
  if (!there || successor === value) return undefined;
  return {
    code: 'check',
    message: `cannot stand beside ${to.join('.')} with another value`,
    hint: `keep ${to.join('.')}`,
  };
}

/** The record with the value at the path; a deprecated field never replaces what is there. */
function placed(record: Dict, [first = '', ...rest]: Path, value: unknown, field: KongField): Dict {
  const key = String(first);
  const there = own(record, key) ?? null;
  if (rest.length > 0) return { ...record, [key]: placed(asRecord(there) ?? {}, rest, value, field) };
  return field.deprecation !== undefined && there !== null ? record : { ...record, [key]: value };
}
