// YAML as libyaml 0.2.5 (inside Kong) accepts it: js-yaml's event reader, plus the checks in which libyaml is stricter.
import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE, YAMLException, parseEvents } from 'js-yaml';
import type { Event, ScalarEvent } from 'js-yaml';
import { indentFlow, leadBack } from './flow-indent.js';
import { ReadError } from './result.js';
import { checkTabs } from './tabs.js';

/** libyaml's reader refuses these anywhere in the text. */
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/**
 * Reads all documents of a YAML stream.
 * @throws ReadError codes `syntax`, `too-deep`
 */
export function yamlEvents(text: string, maxDepth: number): Event[] {
  const forbidden = FORBIDDEN.exec(text);
  if (forbidden) throw new ReadError('syntax', 'YAML allows no control characters', forbidden.index);
  const events = parse(text, maxDepth);
  checkEvents(text, events);
  checkTabs(text, events);
  return events;
}

/** libyaml takes NEL and a lone CR for line breaks; they become LF, one character for one, so that offsets stay. */
export function withPlainBreaks(text: string): string {
  return /[\x85\r]/.test(text) ? text.replace(/\x85|\r(?!\n)/g, '\n') : text;
}

function parse(text: string, maxDepth: number): Event[] {
  try {
    return parseEvents(text, { maxDepth });
  } catch (error) {
    if (!(error instanceof YAMLException) || error.reason !== 'deficient indentation')
      throw explain(error, maxDepth);
    return parseIndented(text, maxDepth, explain(error, maxDepth));
  }
}

function parseIndented(text: string, maxDepth: number, first: Error): Event[] {
  const indented = indentFlow(text);
  try {
    return leadBack(parseEvents(indented.text, { maxDepth }), indented.original);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw explain(error, maxDepth);
    const position = indented.original(error.mark?.position ?? 0);
    throw error.reason === 'deficient indentation' ? first : explain(error, maxDepth, position);
  }
}

const QUOTING = /^(?:undeclared tag handle|tag name cannot|there is a previously)/;

function explain(error: unknown, maxDepth: number, position?: number): Error {
  if (error instanceof RangeError) return new ReadError('too-deep', 'nested too deeply', 0);
  if (!(error instanceof YAMLException))
    return error instanceof Error ? error : new Error('the YAML reader failed');
  const offset = position ?? error.mark?.position ?? 0;
  if (error.reason.includes('maxDepth')) {
    return new ReadError('too-deep', `nested deeper than ${maxDepth} levels`, offset);
  }
  // Words of the text may be secret; these reasons quote some.
  const reason = QUOTING.test(error.reason) ? 'a tag that is not well formed' : error.reason;
  return new ReadError('syntax', `not YAML: ${reason}`, offset);
}

function checkEvents(text: string, events: readonly Event[]): void {
  const flow: boolean[] = [];
  const separators = LINE_SEPARATORS.test(text);
  for (let at = 0; at < events.length; at += 1) {
    const event = events[at];
    if (event === undefined) break;
    if (event.type === EVENT_ID.SCALAR) {
      checkScalar(text, event, flow[flow.length - 1] === true);
      if (separators) checkSeparators(text, event);
    } else if (event.type === EVENT_ID.ALIAS) checkName(text, event.anchorStart, event.anchorEnd);
    else if (event.type === EVENT_ID.POP) flow.pop();
    else if (event.type === EVENT_ID.DOCUMENT) {
      flow.push(false);
      if (at > 0 && !event.explicitStart) {
        throw new ReadError(
          'syntax',
          "not YAML: a further document must start with '---'",
          startOf(events[at + 1]),
        );
      }
    } else {
      const inFlow = event.style === COLLECTION_STYLE.FLOW;
      if (event.type === EVENT_ID.MAPPING && !inFlow) checkBlockStart(text, event.start);
      flow.push(inFlow);
      if (event.anchorStart >= 0) checkName(text, event.anchorStart, event.anchorEnd);
    }
  }
}

function startOf(event: Event | undefined): number {
  if (event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE) return event.start;
  return event?.type === EVENT_ID.SCALAR ? Math.max(event.valueStart, 0) : 0;
}

const BEFORE_MAPPING = /^(?: *[-?:](?=\s))*\s*$/;

/** `a: &x b: c`: libyaml begins no block mapping behind a key on the same line, whatever tag or anchor stands between. */
function checkBlockStart(text: string, start: number): void {
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  if (BEFORE_MAPPING.test(before)) return;
  throw new ReadError('syntax', 'not YAML: a mapping may not begin on the line of its key', start);
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
function checkPlain(text: string, { valueEnd }: ScalarEvent, inFlow: boolean): void {
  if (inFlow && text[valueEnd] === ':' && ',?[]{}'.includes(text[valueEnd + 1] ?? ' ')) {
    throw new ReadError(
      'syntax',
      "not YAML: unexpected ':'; put a space after it, or the text in quotes",
      valueEnd,
    );
  }
}

const LINE_SEPARATORS = /[\u2028\u2029]/;

function checkSeparators(text: string, { style, valueStart, valueEnd }: ScalarEvent): void {
  if (style === SCALAR_STYLE.PLAIN && LINE_SEPARATORS.test(text.slice(valueStart, valueEnd))) {
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
