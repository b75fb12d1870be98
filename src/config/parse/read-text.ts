// One configuration text, read exactly as Kong 3.9.3 reads a text/yaml body: JSON by lua-cjson first; what that refuses, or
// what is no object or list, as YAML 1.1 by libyaml and lyaml (kong/db/declarative, `unserialize`).
import type { Event } from 'js-yaml';
import { compose } from './compose.js';
import type { Composed } from './compose.js';
import { badEncoding, decode } from './decode.js';
import type { Decoded } from './decode.js';
import { jsonEvents } from './json-events.js';
import { fastJson } from './json-fast.js';
import { lineIndex } from './lines.js';
import { locate } from './locate.js';
import { DEFAULT_LIMITS, ReadError } from './result.js';
import type { Places, ReadFailure, ReadLimits, ReadOk, ReadResult } from './result.js';
import { jsonScalarReader, yamlScalarReader } from './scalar-reader.js';
import { withPlainBreaks, yamlEvents } from './yaml-events.js';

/** A text whose placeholders are masked, and what puts values for them into a scalar. Both texts are of one length. */
export interface Masked {
  readonly text: string;
  readonly render: (scalar: string) => string;
}

/**
 * @param input the text, or its bytes (UTF-8, or UTF-16 with a byte order mark)
 * @param limits bounds that differ from `DEFAULT_LIMITS`
 * @param mask hides placeholders from the grammar; undefined when there are none
 * @returns the value of the first document, with what is remarkable about it; or why Kong could not read it. Never throws.
 */
export function readText(
  input: string | Uint8Array,
  limits: Partial<ReadLimits> = {},
  mask?: (text: string) => Masked | undefined,
): ReadResult {
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  if (input.length > bounds.maxBytes) {
    const message = `the text is larger than ${bounds.maxBytes} bytes`;
    return { ok: false, code: 'too-large', message, line: 1, column: 1 };
  }
  let text: Text = { text: typeof input === 'string' ? input : '', hadMark: false, badBytes: false };
  try {
    const decoded = decode(input);
    text = { ...decoded, ...mask?.(decoded.text) };
    const json = text.hadMark ? NO_JSON : readJson(text, bounds);
    return json instanceof ReadError ? readYaml(text, bounds, json) : json;
  } catch (error) {
    return failure(text.text, error);
  }
}

type Text = Decoded & Partial<Pick<Masked, 'render'>>;

function failure(text: string, error: unknown): ReadFailure {
  if (!(error instanceof ReadError)) throw error;
  return { ok: false, code: error.code, message: error.message, ...lineIndex(text)(error.offset) };
}

const STARTS_LIKE_JSON = /^[ \t\n\r]*[{[]/;
const NO_JSON = new ReadError('syntax', 'not JSON', -1);

/** @returns the reading, or why lua-cjson would refuse it; then YAML has the word */
function readJson(
  { text, badBytes, render }: Text,
  { maxDepth, maxExpansion }: ReadLimits,
): ReadOk | ReadError {
  if (!STARTS_LIKE_JSON.test(text)) return NO_JSON;
  const events = (): Event[] => jsonEvents(text, maxDepth);
  const read = jsonScalarReader(render);
  try {
    const fast = render === undefined ? fastJson(text, maxDepth) : undefined;
    const composed = fast ?? compose(text, events(), read, maxExpansion);
    return readOk(text, 'json', badBytes, composed, () => locate(text, events(), read));
  } catch (error) {
    if (error instanceof ReadError && error.code === 'syntax') return error;
    throw error;
  }
}

function readYaml(decoded: Text, { maxDepth, maxExpansion }: ReadLimits, notJson: ReadError): ReadOk {
  if (decoded.badBytes) throw badEncoding('utf-8');
  const text = withPlainBreaks(decoded.text);
  const events = (): Event[] => yamlEvents(text, maxDepth);
  const read = yamlScalarReader(decoded.render);
  try {
    const composed = compose(text, events(), read, maxExpansion);
    return readOk(text, 'yaml', false, composed, () => locate(text, events(), read));
  } catch (error) {
    // A text that was meant as JSON is told what is wrong with it as JSON, unless YAML got further.
    if (!(error instanceof ReadError) || error.code !== 'syntax') throw error;
    throw notJson.offset > error.offset ? notJson : error;
  }
}

function readOk(
  text: string,
  format: 'json' | 'yaml',
  badBytes: boolean,
  composed: Composed,
  places: () => Places,
): ReadOk {
  return { ok: true, format, badBytes, ...composed, position: lineIndex(text), places };
}
