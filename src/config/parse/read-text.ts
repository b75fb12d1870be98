// One configuration text, read exactly as Kong 3.9.3 reads a text/yaml body: JSON by lua-cjson first; what that refuses, or
// what is no object or list, as YAML 1.1 by libyaml and lyaml (kong/db/declarative, `unserialize`).
import type { Event } from 'js-yaml';
import { compose } from './compose.js';
import type { Composed } from './compose.js';
import { decode } from './decode.js';
import { jsonEvents } from './json-events.js';
import { fastJson } from './json-fast.js';
import { lineIndex } from './lines.js';
import { locate } from './locate.js';
import { DEFAULT_LIMITS, ReadError } from './result.js';
import type { ReadFailure, ReadLimits, ReadOk, ReadResult } from './result.js';
import { readJsonScalar, readYamlScalar } from './scalar-reader.js';
import type { ScalarReader } from './scalar-reader.js';
import { withPlainBreaks, yamlEvents } from './yaml-events.js';

/**
 * @param input the text, or its bytes (UTF-8, or UTF-16 with a byte order mark)
 * @param limits bounds that differ from `DEFAULT_LIMITS`
 * @returns the value of the first document, with what is remarkable about it; or why Kong could not read it. Never throws.
 */
export function readText(input: string | Uint8Array, limits: Partial<ReadLimits> = {}): ReadResult {
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  if (input.length > bounds.maxBytes) {
    const message = `the text is larger than ${bounds.maxBytes} bytes`;
    return { ok: false, code: 'too-large', message, line: 1, column: 1 };
  }
  let text = '';
  try {
    const decoded = decode(input);
    text = decoded.text;
    const json = decoded.hadMark ? new ReadError('syntax', '', -1) : readJson(text, bounds);
    return json instanceof ReadError ? readYaml(text, bounds, json) : json;
  } catch (error) {
    return failure(text, error);
  }
}

function failure(text: string, error: unknown): ReadFailure {
  if (!(error instanceof ReadError)) throw error;
  return { ok: false, code: error.code, message: error.message, ...lineIndex(text)(error.offset) };
}

const STARTS_LIKE_JSON = /^[ \t\n\r]*[{[]/;

/** @returns the reading, or why lua-cjson would refuse it; then YAML has the word */
function readJson(text: string, { maxDepth, maxExpansion }: ReadLimits): ReadOk | ReadError {
  if (!STARTS_LIKE_JSON.test(text)) return new ReadError('syntax', '', -1);
  const fast = fastJson(text, maxDepth);
  if (fast !== undefined) return readOk(text, 'json', fast, () => jsonEvents(text), readJsonScalar);
  try {
    const events = jsonEvents(text);
    const composed = compose(text, events, readJsonScalar, maxExpansion);
    return readOk(text, 'json', composed, () => events, readJsonScalar);
  } catch (error) {
    if (error instanceof ReadError && error.code !== 'number') return error;
    throw error;
  }
}

function readYaml(original: string, { maxDepth, maxExpansion }: ReadLimits, notJson: ReadError): ReadOk {
  const text = withPlainBreaks(original);
  try {
    const composed = compose(text, yamlEvents(text, maxDepth), readYamlScalar, maxExpansion);
    return readOk(text, 'yaml', composed, () => yamlEvents(text, maxDepth), readYamlScalar);
  } catch (error) {
    // A text that was meant as JSON is told what is wrong with it as JSON, unless YAML got further.
    if (error instanceof ReadError && notJson.offset > error.offset) throw notJson;
    throw error;
  }
}

function readOk(
  text: string,
  format: 'json' | 'yaml',
  composed: Composed,
  events: () => readonly Event[],
  read: ScalarReader,
): ReadOk {
  return {
    ok: true,
    format,
    ...composed,
    position: lineIndex(text),
    places: () => locate(text, events(), read),
  };
}
