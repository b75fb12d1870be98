// What the compiled validators report, in plain words.
import type { ErrorObject } from 'ajv';
import type { Problem } from '../document/problem.js';
import { shownKey } from '../document/shown-key.js';
import type { Path } from '../parse/result.js';
import { SAYS } from '../schema/convert.js';
import { hintForField } from './known-fields.js';
import { nearest } from './near.js';
import { orList, typeOf, wantedType } from './words.js';

/** A problem with one field, its path relative to the validated value. */
export type FieldProblem = Pick<Problem, 'code' | 'message' | 'path' | 'part' | 'hint'>;

/** Takes a problem; may decline, when there are too many already. */
export type Report = (problem: FieldProblem) => void;

/**
 * @param errors as ajv collects them with `verbose`; the cap on their number may leave holes
 * @param value what was validated
 */
export function reportFields(
  errors: readonly (ErrorObject | undefined)[],
  value: unknown,
  report: Report,
): void {
  const told = new Set<string>();
  for (const error of errors) {
    const problem = error && toProblem(error, value);
    if (problem === undefined) continue;
    // One word about each field is enough: a number where one of some texts belongs has a wrong type and a wrong value.
    const key = JSON.stringify(problem.path);
    if (told.has(key) && problem.code !== 'unknown-field') continue;
    told.add(key);
    report(problem);
  }
}

function toProblem(error: ErrorObject, root: unknown): FieldProblem | undefined {
  const path = pathOfPointer(error.instancePath, root);
  const { parentSchema, data, propertyName } = error;
  if (propertyName !== undefined)
    return badKey([...path, propertyName], says(parentSchema) ?? describe(error));
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField(path, String(error.params['additionalProperty']), parentSchema);
    case 'required':
      return missingField(path, String(error.params['missingProperty']));
    case 'type':
      return wrongType(path, error);
    case 'if':
    case 'propertyNames':
      return undefined;
    case 'enum':
      if (data === null) return wrongType(path, error);
      return { code: 'not-allowed', message: `must be ${orList(allowed(error))}`, path };
    case 'minLength':
    case 'maxLength':
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
      return { code: 'out-of-range', message: describe(error), path };
    default:
      return { code: 'bad-value', message: says(parentSchema) ?? describe(error), path };
  }
}

export function badKey(path: Path, fault: string): FieldProblem {
  return {
    code: 'bad-key',
    message: `key '${shownKey(String(path.at(-1)))}': ${fault}`,
    path,
    part: 'key',
  };
}

function unknownField(path: Path, name: string, schema: ErrorObject['parentSchema']): FieldProblem {
  const meant = nearest(name, Object.keys(propertiesOf(schema)));
  const hint = hintForField(name) ?? (meant === undefined ? undefined : `did you mean '${meant}'?`);
  return {
    code: 'unknown-field',
    message: `unknown field '${shownKey(name)}'`,
    path: [...path, name],
    part: 'key',
    ...(hint !== undefined && { hint }),
  };
}

function propertiesOf(schema: ErrorObject['parentSchema']): object {
  const properties: unknown = schema?.['properties'];
  return typeof properties === 'object' && properties !== null ? properties : {};
}

function missingField(path: Path, name: string): FieldProblem {
  return { code: 'missing-field', message: `the field '${name}' is missing`, path: [...path, name] };
}

function wrongType(path: Path, { data, parentSchema, keyword, schema }: ErrorObject): FieldProblem {
  const wanted: unknown = keyword === 'type' ? schema : parentSchema?.['type'];
  const types = [wanted].flat().map(String);
  if (data === null) return { code: 'wrong-type', message: 'must not be null', path };
  const quote = types.includes('string') && (typeof data === 'number' || typeof data === 'boolean');
  return {
    code: 'wrong-type',
    message: says(parentSchema) ?? `must be ${wantedType(types)}, not ${typeOf(data)}`,
    path,
    ...(quote && { hint: 'put it in quotes to make it a text' }),
  };
}

const allowed = ({ schema }: ErrorObject): unknown[] =>
  Array.isArray(schema) ? (schema as unknown[]).filter((value) => value !== null) : [];

function says(schema: ErrorObject['parentSchema']): string | undefined {
  const message: unknown = schema?.[SAYS];
  return typeof message === 'string' ? message : undefined;
}

/** A constraint of one number, and the like. */
function describe({ keyword, params, data }: ErrorObject): string {
  const limit = String(params['limit']);
  switch (keyword) {
    case 'minLength':
      return limit === '1' ? 'must not be empty' : `must have at least ${limit} characters`;
    case 'maxLength':
      return `must have at most ${limit} characters`;
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'exclusiveMinimum':
      return `must be greater than ${limit}`;
    case 'minItems':
      return `must have at least ${limit} items`;
    case 'maxItems':
      return limit === '0' ? 'must be a mapping, not a list' : `must have at most ${limit} items`;
    case 'maxProperties':
      return limit === '0' ? 'must be a list, not a mapping' : `must have at most ${limit} keys`;
    case 'minProperties':
      return `must have at least ${limit} keys`;
    case 'type':
      return `must not be ${typeOf(data)}`;
    default:
      return 'does not have the form that Kong wants';
  }
}

/** A JSON pointer as a path: its digits are an index only where they lead into a list. */
function pathOfPointer(pointer: string, root: unknown): Path {
  let value = root;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = Array.isArray(value) ? Number(key) : key;
      value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
      return step;
    });
}
