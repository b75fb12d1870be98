import {
  elementsOf,
  getPath,
  isNonEmpty,
  setPath,
  tableOf,
  toText,
  type Table,
  type Value,
} from '../lua/value.js';
import { buildField } from './build.js';
import { quotedList } from './checks.js';
import type { EntityCheck, Field, Problem, Problems, RecordSchema } from './types.js';
import { validateField, type World } from './validate.js';

/** Where a check runs. */
export interface Context {
  readonly schema: RecordSchema;
  readonly subschema: RecordSchema | undefined;
  readonly problems: Problems;
  readonly world: World;
}

/** What Kong's entity checks have in common, and what each of them asks. */
export interface CheckKind {
  readonly runsWithMissingFields: boolean;
  readonly runsWithInvalidFields: boolean;
  /** Arguments that name fields; nothing when the argument itself is the list of fields. */
  readonly sources?: readonly string[];
  readonly requiredSources: readonly string[];
  /** Kong's message, or nothing when the check holds. */
  readonly run: (entity: Table, check: EntityCheck, context: Context) => string | undefined;
}

export const CHECK_KINDS: ReadonlyMap<string, CheckKind> = new Map<string, CheckKind>([
  ['at_least_one_of', list(true, true, atLeastOneOf)],
  ['only_one_of', list(false, true, onlyOneOf)],
  ['distinct', list(false, true, distinct)],
  ['mutually_required', list(true, false, (entity, names) => allOrNone(entity, names))],
  ['mutually_exclusive', list(true, false, mutuallyExclusive)],
  [
    'conditional',
    {
      runsWithMissingFields: false,
      runsWithInvalidFields: true,
      sources: ['if_field', 'then_field'],
      requiredSources: ['if_field'],
      run: conditional,
    },
  ],
  [
    'conditional_at_least_one_of',
    {
      runsWithMissingFields: true,
      runsWithInvalidFields: true,
      sources: ['if_field', 'then_at_least_one_of', 'else_then_at_least_one_of'],
      requiredSources: ['if_field'],
      run: conditionalAtLeastOneOf,
    },
  ],
  [
    'custom_entity_check',
    {
      runsWithMissingFields: false,
      runsWithInvalidFields: false,
      sources: ['field_sources'],
      requiredSources: ['field_sources'],
      run: (entity, check) => check.custom?.(entity),
    },
  ],
]);

function list(
  runsWithMissingFields: boolean,
  runsWithInvalidFields: boolean,
  run: (entity: Table, names: readonly string[]) => string | undefined,
): CheckKind {
  return {
    runsWithMissingFields,
    runsWithInvalidFields,
    requiredSources: [],
    run: (entity, check) => run(entity, elementsOf(check.argument).map(String)),
  };
}

function atLeastOneOf(entity: Table, names: readonly string[]): string | undefined {
  return names.some((name) => isNonEmpty(getPath(entity, name)))
    ? undefined
    : `at least one of these fields must be non-empty: ${quotedList(names)}`;
}

function onlyOneOf(entity: Table, names: readonly string[]): string | undefined {
  return names.filter((name) => isNonEmpty(getPath(entity, name))).length === 1
    ? undefined
    : `exactly one of these fields must be non-empty: ${quotedList(names)}`;
}

function distinct(entity: Table, names: readonly string[]): string | undefined {
  const values = names.map((name) => getPath(entity, name)).filter(isNonEmpty);
  return new Set(values).size === values.length
    ? undefined
    : `values of these fields must be distinct: ${quotedList(names)}`;
}

export function allOrNone(entity: Table, names: readonly string[]): string | undefined {
  const set = names.filter((name) => isNonEmpty(getPath(entity, name))).length;
  return set === 0 || set === names.length
    ? undefined
    : `all or none of these fields must be set: ${quotedList(names)}`;
}

function mutuallyExclusive(entity: Table, names: readonly string[]): string | undefined {
  return names.filter((name) => isNonEmpty(getPath(entity, name))).length <= 1
    ? undefined
    : `only one or none of these fields must be set: ${quotedList(names)}`;
}

function conditional(entity: Table, check: EntityCheck, context: Context): string | undefined {
  const argument = tableOf(check.argument);
  const ifField = toText(argument.get('if_field'));
  const thenField = toText(argument.get('then_field'));
  const thenValue = getPath(entity, thenField) ?? null;
  if (narrowed(check, 'if_match', ifField, context, getPath(entity, ifField)) !== undefined) return undefined;
  const failed = `failed conditional validation given value of field '${ifField}'`;
  if (tableOf(argument.get('then_match')).get('required') === true && thenValue === null) {
    setProblem(context.problems, thenField, 'required field missing');
    return failed;
  }
  const problem = narrowed(check, 'then_match', thenField, context, thenValue);
  if (problem === undefined) return undefined;
  setProblem(context.problems, thenField, problem);
  const words = argument.get('then_err');
  return typeof words === 'string' ? words.replace('%s', () => ifField) : failed;
}

function conditionalAtLeastOneOf(entity: Table, check: EntityCheck, context: Context): string | undefined {
  const argument = tableOf(check.argument);
  const ifField = toText(argument.get('if_field'));
  const value = getPath(entity, ifField);
  if (value === undefined) return undefined;
  const prefix = ['', 'else_'].find((side) => {
    const match = side === '' ? 'if_match' : 'else_match';
    return argument.has(match) && narrowed(check, match, ifField, context, value) === undefined;
  });
  if (prefix === undefined) return undefined;
  const names = elementsOf(argument.get(`${prefix}then_at_least_one_of`)).map(String);
  if (names.some((name) => isNonEmpty(getPath(entity, name)))) return undefined;
  const words = argument.get(`${prefix}then_err`);
  return typeof words === 'string'
    ? words.replace('%s', () => quotedList(names))
    : `at least one of these fields must be non-empty: ${quotedList(names)}`;
}

const narrowedFields = new WeakMap<EntityCheck, Map<string, Field>>();

/** Checks a value against a field as an `if_match` or `then_match` narrows it. */
function narrowed(
  check: EntityCheck,
  match: string,
  path: string,
  context: Context,
  value: Value | undefined,
): Problem | undefined {
  const known = narrowedFields.get(check) ?? new Map<string, Field>();
  narrowedFields.set(check, known);
  let field = known.get(match);
  if (field === undefined) {
    const base = fieldAt(context, path);
    const narrower = tableOf(tableOf(check.argument).get(match));
    const place = `${base?.place ?? path}${match === 'then_match' ? ':then' : ''}`;
    field = buildField(new Map([...(base?.definition ?? []), ...narrower]), place);
    known.set(match, field);
  }
  return validateField(field, value, context.world);
}

/** The definition of the field at a dotted path, the sub-schema's before the record's own. */
export function fieldAt({ schema, subschema }: Context, path: string): Field | undefined {
  const [head = '', ...rest] = path.split('.');
  let field = subschema?.byName.get(head) ?? schema.byName.get(head);
  for (const name of rest) field = field?.record?.byName.get(name);
  return field;
}

/** Puts a problem at a dotted path; crashes like Kong when a message is in the way. */
export function setProblem(problems: Problems, path: string, problem: Problem): void {
  setPath(problems, path, problem);
}
