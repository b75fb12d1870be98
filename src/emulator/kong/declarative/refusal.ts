import { encodeJson } from '../lua/json.js';
import { prettyTable } from '../lua/pretty.js';
import { LuaError, typeName, type Key, type Table, type Value } from '../lua/value.js';
import type { Problems } from '../schema/types.js';
import { flattenErrors } from './flattened-errors.js';
import type { ConfigModel } from './model.js';

const DECLARATIVE_CONFIG = 14;

/**
 * The body of Kong's 400 for a config that is not valid.
 *
 * @throws LuaError where Kong breaks while writing it down (a clash filed under null, for one)
 */
export function refusalBody(problems: Problems): string {
  assertPrintable(problems, undefined);
  return encodeJson(refusal(problems));
}

/**
 * The same with `flattened_errors`.
 *
 * @param emptyListIsList Kong 3.2 to 3.9 write an empty list as `{}`, later ones as `[]`
 */
export function flattenedRefusalBody(
  model: ConfigModel,
  config: Table,
  problems: Problems,
  emptyListIsList = false,
): string {
  assertPrintable(problems, undefined);
  const flattened = flattenErrors(model, config, problems);
  const body = refusal(problems);
  body.set('flattened_errors', flattened.length === 0 && !emptyListIsList ? new Map() : flattened);
  return encodeJson(body);
}

/** The 400 for a text that could not be parsed. */
export function unparsedBody(message: string): string {
  return encodeJson(refusal(new Map([['error', message]])));
}

function refusal(problems: Problems): Table {
  return new Map<Key, Value>([
    ['code', DECLARATIVE_CONFIG],
    ['name', 'invalid declarative configuration'],
    ['message', `declarative config is invalid: ${prettyTable(problems)}`],
    ['fields', problems],
  ]);
}

/** Kong also prints what is wrong for its log, and breaks on keys it cannot print. */
function assertPrintable(problems: Problems, item: Key | undefined): void {
  for (const [key, problem] of problems) {
    if (key === null || typeof key === 'boolean') {
      throw new LuaError(`attempt to concatenate local 'k' (a ${typeName(key)} value)`);
    }
    if (typeof key === 'number' && (item === undefined || item === null)) {
      throw new LuaError("attempt to concatenate local 'item' (a nil value)");
    }
    if (problem instanceof Map) assertPrintable(problem, key);
  }
}
