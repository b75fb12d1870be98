// One text, up to the point where others matter: read, its dialect applied, its format brought up to 3.0, each entity validated.
import { readText } from './parse/read-text.js';
import type { Places, ReadLimits, ReadOk, ReadResult } from './parse/result.js';
import { validateEntity } from './validate/entity.js';
import { collectEntities } from './document/collect.js';
import { applyDialect } from './document/dialect.js';
import type { Dialect } from './document/dialect.js';
import { asRecord, own } from './document/dict.js';
import type { Dict } from './document/dict.js';
import type { Entity } from './document/entity.js';
import { migratePaths } from './document/migrate-paths.js';
import type { Problem } from './document/problem.js';
import { readProblems, unreadable } from './document/read-problems.js';
import { topLevelProblems } from './validate/top-level.js';

/** What one text says, whatever its file is called and whatever else there is. */
export interface Prepared {
  readonly problems: readonly Problem[];
  /** More problems were found than are kept. */
  readonly truncated: boolean;
  readonly entities: readonly Entity[];
  /** `_transform`: false when passwords are hashed already. */
  readonly transform: boolean;
  readonly places: () => Places;
}

/** Problems kept of one text. */
const MAX_PROBLEMS = 1000;

/** @param dialect what decK's keys mean */
export function prepare(
  text: string | Uint8Array,
  dialect: Dialect,
  limits: Partial<ReadLimits> = {},
): Prepared {
  const read = readText(text, limits);
  const sink = problemSink();
  if (!read.ok) return nothing(unreadable(read), read);
  const value = read.value === null ? {} : asRecord(read.value);
  if (value === undefined) return nothing(notAConfig(read), read);
  const applied = applyDialect(value, dialect);
  [...readProblems(read), ...applied.problems, ...topLevelProblems(applied.config)].forEach(sink.add);
  const config = isOldFormat(applied.config) ? migratePaths(applied.config) : applied.config;
  const entities = collectEntities(config, sink.add);
  for (const entity of entities) validateEntity(entity).forEach(sink.add);
  return {
    ...sink.result(),
    entities,
    transform: own(config, '_transform') !== false,
    places: placesOnce(read),
  };
}

const isOldFormat = (config: Dict): boolean =>
  ['1.1', '2.1'].some((version) => version === own(config, '_format_version'));

function notAConfig({ value }: ReadOk): Problem {
  const what = value === undefined ? 'the text holds nothing' : 'the text is no mapping';
  return {
    severity: 'error',
    code: 'not-a-config',
    message: `${what}: a declarative configuration begins with _format_version`,
    path: [],
  };
}

function nothing(problem: Problem, read: ReadResult): Prepared {
  const places = read.ok
    ? placesOnce(read)
    : () => ({ find: () => ({ line: read.line, column: read.column }) });
  return { problems: [problem], truncated: false, entities: [], transform: true, places };
}

/** Keeps the first of each severity: a thousand warnings must not hide an error. */
function problemSink(): {
  add: (problem: Problem) => void;
  result: () => Pick<Prepared, 'problems' | 'truncated'>;
} {
  const problems: Problem[] = [];
  const counts = { error: 0, hold: 0, warning: 0 };
  let truncated = false;
  return {
    add: (problem) => {
      if (counts[problem.severity] >= MAX_PROBLEMS) truncated = true;
      else {
        counts[problem.severity] += 1;
        problems.push(problem);
      }
    },
    result: () => ({ problems, truncated }),
  };
}

/** Finding places costs another reading: once for all findings of a compilation, and not kept for ever. */
function placesOnce(read: ReadOk): () => Places {
  let places: WeakRef<Places> | undefined;
  return () => {
    const known = places?.deref();
    if (known !== undefined) return known;
    const made = read.places();
    places = new WeakRef(made);
    return made;
  };
}
