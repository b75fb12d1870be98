import { elementsOf, getPath, isNonEmpty, setPath, tableOf, type Table, type Value } from '../lua/value.js';
import { allOrNone, CHECK_KINDS, fieldAt, setProblem, type CheckKind, type Context } from './check-kinds.js';
import { isReference } from './reference.js';
import { ENTITY, type EntityCheck, type Problems, type RecordSchema } from './types.js';
import type { World } from './validate.js';

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
  const kind = CHECK_KINDS.get(check.name);
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

function addEntityProblem(problems: Problems, message: string): void {
  const list = problems.get(ENTITY);
  if (list instanceof Map) list.set(list.size + 1, message);
  else problems.set(ENTITY, new Map([[1, message]]));
}
