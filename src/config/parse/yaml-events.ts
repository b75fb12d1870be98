// YAML as libyaml 0.2.5 (inside Kong) accepts it: js-yaml's event reader, plus the checks in which libyaml is stricter.
import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE, YAMLException, parseEvents } from 'js-yaml';
import type { Event, ScalarEvent } from 'js-yaml';
import { ReadError } from './result.js';

/** libyaml's reader refuses these anywhere in the text. */
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/**
 * Reads all documents of a YAML stream.
 * @throws ReadError codes `syntax`, `too-deep`
 */
export function yamlEvents(text: string, maxDepth: number): Event[] {
  const forbidden = FORBIDDEN.exec(text);
  if (forbidden) throw new ReadError('syntax', 'YAML allows no control characters', forbidden.index);
  const events = parse(withPlainBreaks(text), maxDepth);
  checkEvents(text, events);
  return events;
}

/** libyaml takes NEL for a line break, as YAML 1.1 says; one character for one, so that offsets stay. */
export function withPlainBreaks(text: string): string {
  return text.includes('\x85') ? text.replaceAll('\x85', '\n') : text;
}

function parse(text: string, maxDepth: number): Event[] {
  try {
    return parseEvents(text, { maxDepth });
  } catch (error) {
    if (error instanceof RangeError) throw new ReadError('too-deep', 'nested too deeply', 0);
    if (!(error instanceof YAMLException)) throw error;
    const offset = error.mark?.position ?? 0;
    if (error.reason.includes('maxDepth')) {
      throw new ReadError('too-deep', `nested deeper than ${maxDepth} levels`, offset);
    }
    // What follows a colon or a quotation mark may be the text's own words, and they may be secret.
    throw new ReadError('syntax', `not YAML: ${error.reason.replace(/\s*[:"].*$/s, '')}`, offset);
  }
}

function checkEvents(text: string, events: readonly Event[]): void {
  const flow: boolean[] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.SCALAR) checkScalar(text, event, flow.at(-1) === true);
    else if (event.type === EVENT_ID.ALIAS) checkName(text, event.anchorStart, event.anchorEnd);
    else if (event.type === EVENT_ID.POP) flow.pop();
    else if (event.type === EVENT_ID.DOCUMENT) flow.push(false);
    else {
      flow.push(event.style === COLLECTION_STYLE.FLOW);
      if (event.anchorStart >= 0) checkName(text, event.anchorStart, event.anchorEnd);
    }
  }
}

const ANCHOR_NAME = /^[0-9A-Za-z_-]+$/;

function checkName(text: string, start: number, end: number): void {
  if (ANCHOR_NAME.test(text.slice(start, end))) return;
  throw new ReadError(
    'syntax',
    'not YAML: an anchor or alias name may hold letters, digits, - and _ only',
    start,
  );
}

function checkScalar(text: string, event: ScalarEvent, inFlow: boolean): void {
  if (event.anchorStart >= 0) checkName(text, event.anchorStart, event.anchorEnd);
  if (event.style === SCALAR_STYLE.PLAIN) checkPlain(text, event, inFlow);
  else if (event.style === SCALAR_STYLE.DOUBLE_QUOTED && !event.fast) checkEscapes(text, event);
}

/** In a flow collection libyaml ends a plain scalar at a colon only when a space follows. */
function checkPlain(text: string, { valueStart, valueEnd }: ScalarEvent, inFlow: boolean): void {
  if (inFlow && text[valueEnd] === ':' && ',?[]{}'.includes(text[valueEnd + 1] ?? ' ')) {
    throw new ReadError(
      'syntax',
      "not YAML: unexpected ':'; put a space after it, or the text in quotes",
      valueEnd,
    );
  }
  const raw = text.slice(valueStart, valueEnd);
  if (raw.includes('\u2028') || raw.includes('\u2029')) {
    throw new ReadError(
      'syntax',
      'not YAML: a line separator in an unquoted text; put it in quotes',
      valueStart,
    );
  }
}

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|[^])/g;

function checkEscapes(text: string, { valueStart, valueEnd }: ScalarEvent): void {
  for (const { index, 1: short, 2: long } of text.slice(valueStart, valueEnd).matchAll(ESCAPE)) {
    const code = parseInt(short ?? long ?? '0', 16);
    if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
      throw new ReadError('syntax', 'not YAML: an escape that is no Unicode character', valueStart + index);
    }
  }
}
