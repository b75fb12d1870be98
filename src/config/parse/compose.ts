// Events to values, as lyaml 6.2.8 builds its tables: the last of two equal keys wins, `<<` merges (quoted or not), a mapping
// with the number keys 1..n is a list, and every document of the stream must be sound though only the first is used.
import { EVENT_ID } from 'js-yaml';
import type { DocumentDirective, Event } from 'js-yaml';
import { ReadError } from './result.js';
import type { OddKey, Remark } from './result.js';
import { fullTag, scalarStart } from './scalar-reader.js';
import type { ScalarReader } from './scalar-reader.js';
import { setOwn } from './set-own.js';
import type { Scalar } from './yaml-scalar.js';

export interface Composed {
  /** The first document's value; undefined when there is none. */
  readonly value: unknown;
  readonly laterDocument?: number;
  readonly remarks: readonly Remark[];
  readonly oddKeys: readonly OddKey[];
}

const MERGE_TAG = 'tag:yaml.org,2002:merge';

type Dict = Record<string, unknown>;

/** A composed value, and how many characters it takes when written out. */
interface Node {
  readonly value: unknown;
  readonly size: number;
  readonly offset: number;
}

interface Frame {
  start: number;
  readonly anchor: string | undefined;
  /** Undefined in a list or a document. */
  readonly pairs: Pairs | undefined;
  readonly items: unknown[];
  size: number;
}

interface Other {
  readonly value: unknown;
  readonly offset: number;
}

/** A mapping being built. */
interface Pairs {
  readonly strings: Dict;
  /** The keys written so far (merged ones are not), and where. */
  readonly keys: string[];
  readonly offsets: number[];
  /** The last offset of each key: made when a key may be there already. */
  index: Map<string, number> | undefined;
  /** Keys that are no strings, which Lua keeps apart from strings. */
  others: Map<unknown, Other> | undefined;
  /** The key whose value comes next. */
  key: { value: unknown; merge: boolean; offset: number } | undefined;
}

/**
 * @param read gives a scalar its value
 * @param maxExpansion how many characters aliases and merges may add
 * @throws ReadError
 */
export function compose(
  text: string,
  events: readonly Event[],
  read: ScalarReader,
  maxExpansion: number,
): Composed {
  const remarks: Remark[] = [];
  const oddKeys: OddKey[] = [];
  const documents: Node[] = [];
  const open: Frame[] = [];
  let anchors = new Map<string, Node | undefined>();
  let directives: readonly DocumentDirective[] = [];
  let expansion = 0;

  const expand = (node: Node, offset: number): void => {
    expansion += node.size;
    if (expansion <= maxExpansion) return;
    throw new ReadError('alias-expansion', 'aliases make the text too large when written out', offset);
  };
  const anchorOf = ({
    anchorStart,
    anchorEnd,
  }: {
    anchorStart: number;
    anchorEnd: number;
  }): string | undefined => (anchorStart < 0 ? undefined : text.slice(anchorStart, anchorEnd));

  const add = (node: Node, merge = false): void => {
    const frame = open[open.length - 1];
    if (frame === undefined) throw new Error('an event outside of any document');
    frame.size += node.size;
    if (frame.pairs === undefined) addItem(frame, node);
    else if (frame.pairs.key === undefined) frame.pairs.key = keyOf(node, merge);
    else if (frame.pairs.key.merge) {
      expand(node, node.offset);
      mergeInto(frame.pairs, node);
    } else setPair(frame.pairs, frame.pairs.key, node.value, remarks);
  };
  const close = (frame: Frame): void => {
    if (open.length === 0) {
      documents.push({ value: frame.items[0], size: frame.size, offset: frame.start });
      anchors = new Map();
      return;
    }
    const value = frame.pairs === undefined ? frame.items : finishPairs(frame.pairs, oddKeys);
    const node = { value, size: frame.size + 2, offset: frame.start };
    if (frame.anchor !== undefined) anchors.set(frame.anchor, node);
    add(node);
  };

  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        directives = event.directives;
        open.push({ start: -1, anchor: undefined, pairs: undefined, items: [], size: 0 });
        break;
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        const anchor = anchorOf(event);
        if (anchor !== undefined) anchors.set(anchor, undefined);
        const pairs = event.type === EVENT_ID.MAPPING ? newPairs() : undefined;
        open.push({ start: event.start, anchor, pairs, items: [], size: 0 });
        break;
      }
      case EVENT_ID.SCALAR: {
        const tag =
          event.tagStart < 0 ? undefined : fullTag(text.slice(event.tagStart, event.tagEnd), directives);
        const value = read(text, event, tag, remarks);
        const offset = scalarStart(event);
        const node = { value, size: sizeOf(value), offset };
        const anchor = anchorOf(event);
        if (anchor !== undefined) anchors.set(anchor, node);
        add(node, value === '<<' || tag === MERGE_TAG);
        break;
      }
      case EVENT_ID.ALIAS: {
        const node = aliased(anchors, text.slice(event.anchorStart, event.anchorEnd), event.anchorStart);
        expand(node, event.anchorStart);
        add({ ...node, offset: event.anchorStart }, node.value === '<<');
        break;
      }
      case EVENT_ID.POP: {
        const frame = open.pop();
        if (frame !== undefined) close(frame);
        break;
      }
    }
  }
  const later = documents.slice(1).find(({ value }) => value !== null);
  return { value: documents[0]?.value, remarks, oddKeys, ...(later && { laterDocument: later.offset }) };
}

/** A document starts where what it holds does. */
function addItem(frame: Frame, { value, offset }: Node): void {
  frame.items.push(value);
  if (frame.start < 0) frame.start = offset;
}

const newPairs = (): Pairs => ({
  strings: {},
  keys: [],
  offsets: [],
  index: undefined,
  others: undefined,
  key: undefined,
});

const sizeOf = (value: Scalar): number => 4 + (typeof value === 'string' ? value.length : 4);

function aliased(anchors: ReadonlyMap<string, Node | undefined>, name: string, offset: number): Node {
  const node = anchors.get(name);
  if (node !== undefined) return node;
  const why = anchors.has(name) ? 'an alias inside of what it names' : 'an alias without its anchor';
  throw new ReadError('syntax', `not YAML: ${why}`, offset);
}

function keyOf({ value, offset }: Node, merge: boolean): NonNullable<Pairs['key']> {
  return { value, merge, offset };
}

function setPair(pairs: Pairs, key: NonNullable<Pairs['key']>, value: unknown, remarks: Remark[]): void {
  pairs.key = undefined;
  if (typeof key.value !== 'string') {
    othersOf(pairs).set(key.value, { value, offset: key.offset });
    return;
  }
  if (Object.hasOwn(pairs.strings, key.value)) {
    const first = indexOf(pairs).get(key.value);
    if (first !== undefined)
      remarks.push({ kind: 'duplicate-key', key: key.value, offset: key.offset, first });
  }
  pairs.index?.set(key.value, key.offset);
  pairs.keys.push(key.value);
  pairs.offsets.push(key.offset);
  setOwn(pairs.strings, key.value, value);
}

const othersOf = (pairs: Pairs): Map<unknown, Other> => (pairs.others ??= new Map<unknown, Other>());

function indexOf(pairs: Pairs): Map<string, number> {
  pairs.index ??= new Map(pairs.keys.map((key, at) => [key, pairs.offsets[at] ?? 0]));
  return pairs.index;
}

/** `<<`: what the mapping has already stays; of several merged mappings the first wins. */
function mergeInto(pairs: Pairs, { value, offset }: Node): void {
  pairs.key = undefined;
  const parts = Array.isArray(value) ? value : [value];
  for (const part of parts as unknown[]) {
    if (typeof part !== 'object' || (part === null && part === value)) {
      throw new ReadError('syntax', 'not YAML: << needs a mapping, or a list of mappings', offset);
    }
    if (Array.isArray(part))
      part.forEach((item: unknown, index) => mergeOther(pairs, index + 1, item, offset));
    else for (const [key, item] of Object.entries(part ?? {})) mergeString(pairs, key, item);
  }
}

function mergeString({ strings }: Pairs, key: string, value: unknown): void {
  if (!Object.hasOwn(strings, key)) setOwn(strings, key, value);
}

function mergeOther(pairs: Pairs, key: unknown, value: unknown, offset: number): void {
  const others = othersOf(pairs);
  if (!others.has(key)) others.set(key, { value, offset });
}

/** The mapping as a plain object, or as a list when its keys are the numbers 1..n: Lua knows no difference. */
function finishPairs({ strings, others, keys }: Pairs, oddKeys: OddKey[]): unknown[] | Dict {
  if (others === undefined) return strings;
  if (keys.length === 0 && Object.keys(strings).length === 0) {
    const items = Array.from(others, (_, index) => others.get(index + 1));
    if (items.every((item) => item !== undefined)) return items.map((item) => item.value);
  }
  for (const [key, { value, offset }] of others) {
    const name = typeof key === 'object' && key !== null ? '{}' : String(key);
    oddKeys.push({ owner: strings, key: name, offset });
    setOwn(strings, name, value);
  }
  return strings;
}
