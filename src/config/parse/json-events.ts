// JSON as Kong's lua-cjson 2.1 reads it: more than JSON.parse takes (raw control characters in strings, +1, 080, 0x50, 1.,
// inf). What it refuses, Kong reads as YAML. The events are those of the YAML reader, so that one composer and one locator
// serve both.
import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE } from 'js-yaml';
import type { CollectionStyle, Event, ScalarEvent, ScalarStyle } from 'js-yaml';
import { ReadError } from './result.js';
import { luaNumber } from './yaml-scalar.js';

const NONE = -1;
const UNTAGGED = { anchorStart: NONE, anchorEnd: NONE, tagStart: NONE, tagEnd: NONE };

const SPACE = /[ \t\n\r]*/y;
const STRING_BODY = /[^"\\\0]*(?:\\[^\0][^"\\\0]*)*/y;
const LITERAL = /true|false|null/y;
const NUMBER =
  /(?:[+-]|(?=[0-9]))(?:0[xX][0-9a-fA-F.]+(?:[pP][+-]?[0-9]+)?|[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)/y;
const NOT_FINITE = /[+-]?(?:inf(?:inity)?|nan)/iy;

/**
 * Reads one JSON text.
 * @throws ReadError code `syntax` where lua-cjson would fail, `too-deep`
 */
export function jsonEvents(text: string, maxDepth: number): Event[] {
  const events: Event[] = [
    { type: EVENT_ID.DOCUMENT, explicitStart: false, explicitEnd: false, directives: [] },
  ];
  const open: ('}' | ']')[] = [];
  let at = 0;

  const fail = (message: string): never => {
    throw new ReadError('syntax', `not JSON: ${message}`, at);
  };
  const match = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const skip = (char: string): boolean => {
    match(SPACE);
    if (text[at] !== char) return false;
    at += 1;
    match(SPACE);
    return true;
  };
  const string = (): void => {
    const start = at + 1;
    at = start;
    match(STRING_BODY);
    if (text[at] !== '"') fail('a string does not end');
    if (unquote(text.slice(start, at)) === undefined) {
      at = start;
      fail('a string holds a bad escape');
    }
    events.push(scalar(start, at, SCALAR_STYLE.DOUBLE_QUOTED));
    at += 1;
  };
  const member = (): void => {
    if (text[at] !== '"') fail('expected a quoted key');
    string();
    if (!skip(':')) fail('expected a colon after the key');
  };
  const close = (): void => {
    events.push({ type: EVENT_ID.POP });
    open.pop();
  };
  /** Reads a scalar whole, or the start of a collection; says whether a value is complete. */
  const value = (): boolean => {
    const start = at;
    const char = text[at];
    if (char === '{' || char === '[') {
      if (open.length >= maxDepth)
        throw new ReadError('too-deep', `nested deeper than ${maxDepth} levels`, at);
      const type = char === '{' ? EVENT_ID.MAPPING : EVENT_ID.SEQUENCE;
      events.push({ type, start, ...UNTAGGED, style: COLLECTION_STYLE.FLOW satisfies CollectionStyle });
      open.push(char === '{' ? '}' : ']');
      at += 1;
      match(SPACE);
      if (text[at] === open.at(-1)) {
        at += 1;
        close();
        return true;
      }
      if (char === '{') member();
      return false;
    }
    if (char === '"') string();
    else if (match(LITERAL) || match(NUMBER) || match(NOT_FINITE)) {
      events.push(scalar(start, at, SCALAR_STYLE.PLAIN));
    } else fail(char === undefined ? 'the text ends early' : 'expected a value');
    return true;
  };

  match(SPACE);
  do {
    if (!value()) continue;
    while (open.length > 0 && skip(open.at(-1) ?? '')) close();
    if (open.length === 0) break;
    if (!skip(',')) fail(`expected a comma or ${open.at(-1) ?? ''}`);
    if (open.at(-1) === '}') member();
  } while (open.length > 0);
  match(SPACE);
  if (at < text.length) fail('text after the end');
  events.push({ type: EVENT_ID.POP });
  return events;
}

function scalar(valueStart: number, valueEnd: number, style: ScalarStyle): ScalarEvent {
  return {
    type: EVENT_ID.SCALAR,
    valueStart,
    valueEnd,
    ...UNTAGGED,
    style,
    chomping: 1,
    indent: NONE,
    fast: true,
  };
}

const ESCAPE_OR_CONTROL = /\\[^]|[\x01-\x1f]/g;
const LONE_ESCAPED = /[\ud800-\udfff]/u;
/** What stands for bytes that are no UTF-8 (decode.ts): it makes no pair with an escaped half. */
const BAD_BYTES = /\udfff/gu;

/** What stands between the quotes, unescaped; undefined for a bad escape or half of a surrogate pair. */
function unquote(raw: string): string | undefined {
  if (!raw.includes('\\')) return raw;
  // lua-cjson keeps raw control characters, but lets none follow a backslash.
  const clean = raw.replace(ESCAPE_OR_CONTROL, (found) =>
    found.length > 1 ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  try {
    if (LONE_ESCAPED.test(String(JSON.parse(`"${clean.replace(BAD_BYTES, ' ')}"`)))) return undefined;
    return String(JSON.parse(`"${clean}"`));
  } catch {
    return undefined;
  }
}

/** The value of a scalar that `jsonEvents` found. */
export function jsonScalar(
  text: string,
  { valueStart, valueEnd, style }: ScalarEvent,
): null | boolean | number | string {
  const raw = text.slice(valueStart, valueEnd);
  if (style === SCALAR_STYLE.DOUBLE_QUOTED) return unquote(raw) ?? raw;
  if (raw === 'null') return null;
  if (raw === 'true' || raw === 'false') return raw === 'true';
  return luaNumber(raw) ?? NaN;
}
