// Finds places by path in a text's events. Nothing is remembered while a text is read: places are asked for rarely, when
// there is something to say.
import { EVENT_ID } from 'js-yaml';
import type { Event } from 'js-yaml';
import { lineIndex } from './lines.js';
import type { Path, Place, Places } from './result.js';
import { isQuoted, scalarStart } from './scalar-reader.js';
import type { ScalarReader } from './scalar-reader.js';

/** One child of a collection: the indices of its key's event (or none, in a list) and of its value's. */
interface Child {
  readonly key?: number;
  readonly value: number;
}

/** `key` is a string for a mapping's key, a number for a list's index or a mapping's number key less one. */
type Children = Map<string | number, Child>;

/** @param read the same reader that made the value */
export function locate(text: string, events: readonly Event[], read: ScalarReader): Places {
  const { ends, targets } = indexEvents(text, events);
  const position = lineIndex(text);
  const known = new Map<number, Children>();

  const childrenOf = (at: number): Children => {
    let children = known.get(at);
    if (children === undefined) {
      children = new Map();
      known.set(at, children);
      collect(at, children);
    }
    return children;
  };
  const collect = (at: number, children: Children): void => {
    const inMapping = events[at]?.type === EVENT_ID.MAPPING;
    const last = ends[at] ?? at;
    for (let next = at + 1, ordinal = 0; next < last; ordinal += 1) {
      const value = inMapping ? (ends[next] ?? next) + 1 : next;
      if (inMapping) addPair(children, next, value);
      else children.set(ordinal, { value });
      next = (ends[value] ?? value) + 1;
    }
  };
  const addPair = (children: Children, key: number, value: number): void => {
    const name = keyName(key);
    if (name === '<<') merge(children, targets.get(value) ?? value);
    else if (name !== undefined) children.set(name, { key, value });
  };
  const merge = (children: Children, at: number): void => {
    const merged = childrenOf(at);
    if (events[at]?.type === EVENT_ID.SEQUENCE) {
      for (const { value } of merged.values()) merge(children, targets.get(value) ?? value);
    } else for (const [name, child] of merged) if (!children.has(name)) children.set(name, child);
  };
  const keyName = (at: number): string | number | undefined => {
    const event = events[targets.get(at) ?? at];
    if (event?.type !== EVENT_ID.SCALAR) return undefined;
    const value = read(text, event, undefined, []);
    return typeof value === 'number' ? value - 1 : String(value);
  };

  const find = (path: Path, part: 'value' | 'key' = 'value'): Place => {
    let at = events[0]?.type === EVENT_ID.DOCUMENT ? 1 : 0;
    let child: Child | undefined;
    let whole = true;
    for (const step of path) {
      const next: Child | undefined = childrenOf(targets.get(at) ?? at).get(step);
      if (next === undefined) {
        whole = false;
        break;
      }
      child = next;
      at = next.value;
    }
    // A value that is not there is missing from its ancestor, whose key says more than its first line.
    const useKey = child?.key !== undefined && (part === 'key' || !whole);
    return placeOf(events[useKey ? (child?.key ?? at) : at]);
  };
  const placeOf = (event: Event | undefined): Place => {
    const [start, end] = event === undefined ? [0] : rangeOf(event);
    const from = position(start);
    if (end === undefined) return from;
    const to = position(end);
    return { ...from, endLine: to.line, endColumn: to.column };
  };
  return { find };
}

/** For each collection the index of its end, and for each alias the index of what it names. */
export function indexEvents(
  text: string,
  events: readonly Event[],
): { ends: Int32Array; targets: Map<number, number> } {
  const ends = Int32Array.from(events, (_, at) => at);
  const targets = new Map<number, number>();
  const anchors = new Map<string, number>();
  const open: number[] = [];
  for (const [at, event] of events.entries()) {
    if (event.type === EVENT_ID.POP) {
      const start = open.pop();
      if (start !== undefined) ends[start] = at;
    } else if (event.type === EVENT_ID.DOCUMENT) {
      open.push(at);
      anchors.clear();
    } else if (event.type === EVENT_ID.ALIAS) {
      const target = anchors.get(text.slice(event.anchorStart, event.anchorEnd));
      if (target !== undefined) targets.set(at, target);
    } else {
      if (event.type !== EVENT_ID.SCALAR) open.push(at);
      if (event.anchorStart >= 0) anchors.set(text.slice(event.anchorStart, event.anchorEnd), at);
    }
  }
  return { ends, targets };
}

/** Start and, for what lies in one piece, end offset. */
function rangeOf(event: Event): [number, number?] {
  switch (event.type) {
    case EVENT_ID.SCALAR: {
      const start = scalarStart(event);
      const end = isQuoted(event.style) ? event.valueEnd + 1 : event.valueEnd;
      return event.valueStart < 0 ? [start] : [start, end];
    }
    case EVENT_ID.ALIAS:
      return [event.anchorStart - 1, event.anchorEnd];
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return [event.start];
    case EVENT_ID.DOCUMENT:
    case EVENT_ID.POP:
      return [0];
  }
}
