// libyaml allows no tab where a block line, or a block entry, begins; js-yaml lets some of them pass.
import { COLLECTION_STYLE, EVENT_ID } from 'js-yaml';
import type { Event } from 'js-yaml';
import { ReadError } from './result.js';

const LEADING_TAB = /^(?: *[-?](?=\s))* *\t/gm;

/** @throws ReadError code `syntax` at the first tab that libyaml would refuse */
export function checkTabs(text: string, events: readonly Event[]): void {
  if (text.search(LEADING_TAB) < 0) return;
  const free = freeRanges(text, events);
  let next = 0;
  for (const { index, 0: found } of text.matchAll(LEADING_TAB)) {
    const tab = index + found.length - 1;
    while (next < free.length && (free[next]?.end ?? 0) <= tab) next += 1;
    if ((free[next]?.start ?? Infinity) <= tab) continue;
    throw new ReadError('syntax', 'not YAML: a tab where indentation needs spaces', tab);
  }
}

interface Range {
  readonly start: number;
  end: number;
}

/** Where tabs are free: inside of scalars and of flow collections, in order. */
function freeRanges(text: string, events: readonly Event[]): Range[] {
  const ranges: Range[] = [];
  let flow = 0;
  const open: boolean[] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.SCALAR) {
      const last = ranges.at(-1);
      if (flow > 0 && last) last.end = Math.max(last.end, event.valueEnd + 1);
      else if (event.valueEnd >= 0) ranges.push({ start: event.valueStart, end: event.valueEnd });
    } else if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) {
      const inFlow = event.style === COLLECTION_STYLE.FLOW;
      open.push(inFlow);
      if (inFlow && flow === 0) ranges.push({ start: event.start, end: event.start + 1 });
      flow += inFlow ? 1 : 0;
    } else if (event.type === EVENT_ID.DOCUMENT) open.push(false);
    else if (event.type === EVENT_ID.POP && open.pop() === true) {
      flow -= 1;
      const last = ranges.at(-1);
      if (last) last.end = afterBracket(text, last.end);
    }
  }
  return ranges;
}

const TO_BRACKET = /(?:[^\]}#]|(?<=\S)#|#[^\n]*)*[\]}]/y;

function afterBracket(text: string, from: number): number {
  TO_BRACKET.lastIndex = from;
  return TO_BRACKET.test(text) ? TO_BRACKET.lastIndex : from;
}
