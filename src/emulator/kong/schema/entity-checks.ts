import { buildField } from './build.js';
import { quotedList } from './checks.js';
import { isReference } from './reference.js';
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
import {
  ENTITY,
  type EntityCheck,
  type Field,
  type Problem,
  type Problems,
  type RecordSchema,
} from './types.js';
import { validateField, type World } from './validate.js';

interface Context {
  readonly schema: RecordSchema;
  readonly subschema: RecordSchema | undefined;
  readonly problems: Problems;
  readonly world: World;
}

interface CheckKind {
  readonly runsWithMissingFields: boolean;
  readonly runsWithInvalidFields: boolean;
  /** Arguments that name fields; nothing when the argument itself is the list of fields. */
  readonly sources?: readonly string[];
  readonly requiredSources: readonly string[];
  /** Kong's message, or nothing when the check holds. */
  readonly run: (entity: Table, check: EntityCheck, context: Context) => string | undefined;
}

const KINDS: ReadonlyMap<string, CheckKind> = new Map<string, CheckKind>([
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

/** Runs the checks that look at several fields of a record, its sub-schema's included, and adds what they find. */
export function runEntityChecks(
  schema: RecordSchema,
  subschema: RecordSchema | undefined,
  input: Table,
  complete: boolean,
  problems: Problems,
  world: World,
): void {
  const context = { schema, subschema, problems, world };
  for (const check of schema.entityChecks)
    runCheck(check, input, complete, { ...context, subschema: undefined });
  for (const check of subschema?.entityChecks ?? []) runCheck(check, input, complete, context);
  for (const record of subschema === undefined ? [schema] : [schema, subschema]) {
    for (const { input: inputs, needs } of record.transformations) {
      if (!inputs.some((name) => isNonEmpty(getPath(input, name)))) continue;
      const message = allOrNone(input, [...inputs, ...needs]) ?? allOrNone(input, inputs);
      if (message !== undefined) addEntityProblem(problems, message);
    }
  }
}

function runCheck(check: EntityCheck, input: Table, complete: boolean, context: Context): void {
  const kind = KINDS.get(check.name);
  if (kind === undefined) return;
  const argument = tableOf(check.argument);
  const { names, required } = fieldsOf(kind, check.argument, argument);
  const seen: Table = new Map();
  const missing: string[] = [];
  let allMissing = true;
  let allValid = true;
  for (const name of names) {
    const value = getPath(input, name);
    if (value === undefined) {
      const mayMiss = kind.runsWithMissingFields || argument.get('run_with_missing_fields') === true;
      if (!mayMiss && required.has(name)) missing.push(name);
    } else {
      allMissing = false;
      const field = fieldAt(context, name);
      if (field?.type === 'string' && field.referenceable && isReference(value)) return;
    }
    if (context.problems.has(name)) allValid = false;
    setPath(seen, name, value);
  }
  const mayBeInvalid = kind.runsWithInvalidFields || argument.get('run_with_invalid_fields') === true;
  if (!allValid && !mayBeInvalid) return;
  if (allMissing && !(kind.runsWithMissingFields && complete)) return;
  for (const name of missing) setProblem(context.problems, name, 'field required for entity check');
  if (missing.length > 0) return;
  const message = kind.run(seen, check, context);
  if (message !== undefined) addEntityProblem(context.problems, message);
}

function fieldsOf(
  kind: CheckKind,
  list: Value,
  argument: Table,
): { names: readonly string[]; required: ReadonlySet<string> } {
  if (kind.sources === undefined) {
    const names = elementsOf(list).map(String);
    return { names, required: new Set(names) };
  }
  const named = (source: string): string[] => {
    const value = argument.get(source);
    return typeof value === 'string' ? [value] : elementsOf(value).map(String);
  };
  return { names: kind.sources.flatMap(named), required: new Set(kind.requiredSources.flatMap(named)) };
}

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

function allOrNone(entity: Table, names: readonly string[]): string | undefined {
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
function fieldAt({ schema, subschema }: Context, path: string): Field | undefined {
  const [head = '', ...rest] = path.split('.');
  let field = subschema?.byName.get(head) ?? schema.byName.get(head);
  for (const name of rest) field = field?.record?.byName.get(name);
  return field;
}

function addEntityProblem(problems: Problems, message: string): void {
  const list = problems.get(ENTITY);
  if (list instanceof Map) list.set(list.size + 1, message);
  else problems.set(ENTITY, new Map([[1, message]]));
}

/** Puts a problem at a dotted path; crashes like Kong when a message is in the way. */
function setProblem(problems: Problems, path: string, problem: Problem): void {
  setPath(problems, path, problem);
}
