import { createHash, randomUUID } from 'node:crypto';
import { countEntities, flattenConfig, type Entities } from '../declarative/flatten.js';
import { migrateFormat } from '../declarative/migrate.js';
import type { ConfigModel } from '../declarative/model.js';
import { flattenedRefusalBody, refusalBody } from '../declarative/refusal.js';
import { elementsOf, toText, type Table } from '../lua/value.js';
import { jsonText, type Answer } from './answer.js';

export const EMPTY_HASH = '0'.repeat(32);

/** A config as a gateway holds it. */
export interface Config {
  readonly hash: string;
  /** The text it came from. */
  readonly text: Uint8Array;
  readonly entities: Entities;
  readonly transform: boolean;
  /** Number of entities; also known when they were not looked at. */
  readonly count: number;
}

export type Evaluation = { readonly config: Config } | { readonly refusal: Answer };

export interface EvaluateOptions {
  readonly validate: boolean;
  /** Whether the refusal lists what is wrong entity by entity. */
  readonly flatten: boolean;
  readonly emptyListIsList: boolean;
  readonly zerosWhenEmpty: boolean;
}

/**
 * What Kong makes of a parsed config: the entities it would store, or its 400.
 *
 * @param hash MD5 of the text; absent for a config that came as a JSON body, whose hash nobody can foretell
 * @throws LuaError where Kong breaks
 */
export function evaluate(
  model: ConfigModel,
  table: Table,
  text: Uint8Array,
  hash: string | undefined,
  options: EvaluateOptions,
): Evaluation {
  const loose = options.validate ? undefined : unvalidated(table);
  migrateFormat(table);
  const result = loose ?? flattenConfig(model, table);
  if (!result.ok) return { refusal: refusalOf(model, table, result.problems, options) };
  const count = loose?.count ?? countEntities(result.entities);
  const isEmpty = count === 0 && options.zerosWhenEmpty;
  const config = {
    hash: isEmpty ? EMPTY_HASH : (hash ?? md5(randomUUID())),
    text,
    entities: result.entities,
    transform: result.meta.get('_transform') !== false,
    count,
  };
  return { config };
}

export function md5(text: string | Uint8Array): string {
  return createHash('md5').update(text).digest('hex');
}

function refusalOf(
  model: ConfigModel,
  table: Table,
  problems: Parameters<typeof refusalBody>[0],
  { flatten, emptyListIsList }: EvaluateOptions,
): Answer {
  if (!flatten) return jsonText(400, refusalBody(problems));
  return jsonText(400, flattenedRefusalBody(model, table, problems, emptyListIsList));
}

/** Without validation, entities are only counted. */
function unvalidated(table: Table): { ok: true; entities: Entities; meta: Table; count: number } {
  return { ok: true, entities: new Map(), meta: table, count: countObjects(table) };
}

/** Objects in lists, at any level where entities can be. */
function countObjects(table: Table): number {
  let count = 0;
  for (const [key, value] of table) {
    if (key === 'config' || toText(key).startsWith('_')) continue;
    for (const element of elementsOf(value)) if (element instanceof Map) count += 1 + countObjects(element);
  }
  return count;
}
