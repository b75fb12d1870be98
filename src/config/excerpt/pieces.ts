// What stands where in a text, and whether it may be seen. Whoever is not sure hides it.
import { EVENT_ID, SCALAR_STYLE } from 'js-yaml';
import type { Event, ScalarEvent } from 'js-yaml';
import { indexEvents } from '../parse/locate.js';
import { childSeen } from './seen.js';
import type { Seen } from './seen.js';

/** From best to worst; where one text is used in several places (by an alias), the worst counts. */
const SHOW = { all: 1, key: 2, none: 3 } as const;
type Show = (typeof SHOW)[keyof typeof SHOW];

/** A scalar, an anchor's name or a tag. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** `key`: a mapping's key that is none of Kong's, hence only its beginning. */
  readonly show: keyof typeof SHOW;
}

/** How often aliases may lead to the same values again, at most. */
const MAX_VISITS_PER_EVENT = 8;

/** @returns the pieces in the order of the text; what is between them is punctuation and comments */
export function piecesOf(text: string, events: readonly Event[]): Piece[] {
  const shows = showsOf(text, events);
  const pieces = events.flatMap((event, at): Piece[] => {
    if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return [];
    const show = nameOfShow(shows[at]);
    const own: Piece = { start: event.anchorStart, end: event.anchorEnd, show };
    if (event.type === EVENT_ID.ALIAS) return [own];
    const tag: Piece = { start: event.tagStart, end: event.tagEnd, show };
    const value = event.type === EVENT_ID.SCALAR ? [scalarPiece(event, show)] : [];
    return [own, tag, ...value].filter(({ start }) => start >= 0);
  });
  return pieces.sort((one, other) => one.start - other.start);
}

function scalarPiece({ valueStart, valueEnd, style }: ScalarEvent, show: Piece['show']): Piece {
  const isBlock = style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK;
  return { start: valueStart, end: valueEnd, show: isBlock ? 'none' : show };
}

/** What nobody came by stays hidden. */
function nameOfShow(show: number | undefined): Piece['show'] {
  if (show === SHOW.all) return 'all';
  return show === SHOW.key ? 'key' : 'none';
}

function showsOf(text: string, events: readonly Event[]): Uint8Array {
  const { ends, targets } = indexEvents(text, events);
  const shows = new Uint8Array(events.length);
  const known = new Map<number, Set<unknown>>();
  let visits = events.length * MAX_VISITS_PER_EVENT;

  const mark = (at: number, show: Show): void => {
    shows[at] = Math.max(shows[at] ?? 0, show);
  };
  const after = (at: number): number => (ends[at] ?? at) + 1;
  const scalarAt = (at: number): string | undefined => {
    const event = events[at];
    return event?.type === EVENT_ID.SCALAR && event.valueStart >= 0
      ? text.slice(event.valueStart, event.valueEnd)
      : undefined;
  };

  const visit = (at: number, seen: Seen): void => {
    visits -= 1;
    const event = events[at];
    if (event === undefined || visits < 0) return;
    if (event.type === EVENT_ID.SCALAR) mark(at, seen === 'plain' ? SHOW.all : SHOW.none);
    else mark(at, seen === 'hidden' ? SHOW.none : SHOW.all);
    if (event.type === EVENT_ID.ALIAS) follow(at, seen);
    else if (event.type === EVENT_ID.SEQUENCE) visitItems(at, seen);
    else if (event.type === EVENT_ID.MAPPING) visitPairs(at, seen);
  };
  const follow = (at: number, seen: Seen): void => {
    const target = targets.get(at);
    if (target === undefined) return;
    // An entity's place is made anew for each; it is told apart by its type and its plugin.
    const place =
      typeof seen === 'object' && 'entity' in seen ? `${seen.entity.type} ${seen.plugin ?? ''}` : seen;
    const places = known.get(target) ?? new Set();
    if (places.has(place)) return;
    known.set(target, places.add(place));
    visit(target, seen);
  };
  const visitItems = (at: number, seen: Seen): void => {
    for (let item = at + 1; item < (ends[at] ?? at); item = after(item)) visit(item, seen);
  };
  const visitPairs = (at: number, seen: Seen): void => {
    const owner = isPlugin(seen) ? { entity: seen.entity, ...nameIn(at) } : seen;
    for (let key = at + 1; key < (ends[at] ?? at);) {
      const value = after(key);
      const name = scalarAt(key);
      const child = name === undefined ? undefined : childSeen(owner, name);
      if (name === undefined) visit(key, 'hidden');
      else mark(key, child === undefined && name !== '<<' ? strangeKey(value) : keyShow(owner));
      visit(value, name === '<<' ? owner : (child ?? 'hidden'));
      key = after(value);
    }
  };
  /** A key without a value may be a value itself: `{hunter2}`, `{password:hunter2}`. */
  const strangeKey = (value: number): Show => {
    const event = events[value];
    return event?.type === EVENT_ID.SCALAR && event.valueStart < 0 ? SHOW.none : SHOW.key;
  };
  /** The name of the plugin that a mapping is; none unless it is written here, and once. */
  const nameIn = (at: number): { plugin?: string } => {
    const names: (string | undefined)[] = [];
    for (let key = at + 1; key < (ends[at] ?? at); key = after(after(key))) {
      if (scalarAt(key) === 'name') names.push(scalarAt(after(key)));
    }
    const [name] = names;
    return names.length === 1 && name !== undefined ? { plugin: name } : {};
  };

  for (let at = 0; at < events.length; at = after(at)) visitItems(at, 'config');
  return visits < 0 ? new Uint8Array(events.length) : shows;
}

/** The keys of a map are the user's. */
const keyShow = (owner: Seen): Show => (typeof owner === 'object' && 'values' in owner ? SHOW.key : SHOW.all);

const isPlugin = (seen: Seen): seen is Extract<Seen, { entity: unknown }> =>
  typeof seen === 'object' && 'entity' in seen && seen.entity.type === 'plugins';
