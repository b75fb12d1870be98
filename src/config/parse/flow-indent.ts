// js-yaml 5 wants every line of a flow collection or a quoted scalar indented deeper than its parent, as YAML 1.2 says;
// libyaml does not, and people write `]` and `}` right below the key. Such texts are read with those lines indented, and the
// offsets are led back.
import { EVENT_ID } from 'js-yaml';
import type { Event } from 'js-yaml';

interface Indented {
  readonly text: string;
  /** The offset in the original text. */
  readonly original: (offset: number) => number;
}

/** Indents the lines inside of flow collections and quoted scalars deeper than where these begin. */
export function indentFlow(source: string): Indented {
  const text = withoutInnerTabs(source);
  const offsets: number[] = [];
  const added: number[] = [];
  let total = 0;
  let out = '';
  let copied = 0;
  for (const { start, end } of flowRegions(text)) {
    const padding = ' '.repeat(start - lineStart(text, start) + 1);
    for (let at = nextLine(text, start); at > 0 && at < end; at = nextLine(text, at)) {
      out += text.slice(copied, at) + padding;
      copied = at;
      total += padding.length;
      offsets.push(at + total);
      added.push(total);
    }
  }
  const original = (offset: number): number => {
    let low = 0;
    let high = offsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((offsets[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return offset - (added[low - 1] ?? 0);
  };
  return { text: out + text.slice(copied), original };
}

/**
 * js-yaml takes a tab before a flow collection for bad indentation, too. Tabs after a line's first character become spaces: no
 * offset moves, and values are taken from the original.
 */
function withoutInnerTabs(text: string): string {
  return text.replace(
    /^([ \t]*)([^ \t\n].*\t.*)$/gm,
    (_, indent: string, rest: string) => indent + rest.replaceAll('\t', ' '),
  );
}

/** The same events, with the offsets of the text that was indented. */
export function leadBack(events: readonly Event[], original: (offset: number) => number): Event[] {
  const back = (offset: number): number => (offset < 0 ? offset : original(offset));
  return events.map((event) => {
    if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return event;
    const anchors = { anchorStart: back(event.anchorStart), anchorEnd: back(event.anchorEnd) };
    if (event.type === EVENT_ID.ALIAS) return { ...event, ...anchors };
    const tags = { tagStart: back(event.tagStart), tagEnd: back(event.tagEnd) };
    if (event.type !== EVENT_ID.SCALAR) return { ...event, ...anchors, ...tags, start: back(event.start) };
    return {
      ...event,
      ...anchors,
      ...tags,
      valueStart: back(event.valueStart),
      valueEnd: back(event.valueEnd),
    };
  });
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;
const nextLine = (text: string, at: number): number => text.indexOf('\n', at) + 1;

const INDENT = / */y;
/** What may stand before a node: list dashes, key marks, tags, anchors and spaces. */
const BEFORE_NODE = /(?:[-?:](?=\s)|[!&][^\s,[\]{}]*|[ \t])*/y;
/** A plain scalar, or the rest of one, up to the colon that makes it a key, a comment or the line's end. */
const PLAIN = /(?:[^\s:#]|:(?=\S)|(?<=\S)#|[ \t]+(?!#|[ \t\r\n]))*[ \t]*/y;
const QUOTED = /"[^"\\]*(?:\\[^][^"\\]*)*"|'[^']*'/y;
const COMMENT = /#[^\n]*/y;

/** Flow collections (whole, not what is nested in them) and quoted scalars, as far as they can be told without parsing. */
function* flowRegions(text: string): Generator<{ start: number; end: number }> {
  const skip = (pattern: RegExp, from: number): number => {
    pattern.lastIndex = from;
    return pattern.test(text) ? pattern.lastIndex : from;
  };
  for (let at = 0; at < text.length;) {
    const indent = skip(INDENT, at) - at;
    while (at < text.length && text[at] !== '\n') {
      const start = skip(BEFORE_NODE, at);
      const char = text[start] ?? '\n';
      if (char === '|' || char === '>') {
        at = skipBlockScalar(text, start, indent);
        break;
      }
      if (char === '"' || char === "'") at = skip(QUOTED, start);
      else if (char === '[' || char === '{') at = skipFlow(text, start, skip);
      else at = skip(COMMENT, skip(PLAIN, start));
      if ('"\'[{'.includes(char) && at > start) yield { start, end: at };
      // Something that fits nothing: step over it.
      if (at === start && text[at] !== '\n') at += 1;
    }
    if (text[at] === '\n') at += 1;
  }
}

function skipFlow(text: string, start: number, skip: (pattern: RegExp, from: number) => number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') depth -= 1;
    const fresh = /[\s,:[{]/.test(text[at - 1] ?? ' ');
    const next =
      fresh && (char === '"' || char === "'")
        ? skip(QUOTED, at)
        : fresh && char === '#'
          ? skip(COMMENT, at)
          : at;
    at = next > at ? next : at + 1;
    if (depth === 0) break;
  }
  return at;
}

/** The start of the first line after a block scalar: one with something in it, and no deeper than its parent. */
function skipBlockScalar(text: string, header: number, parentIndent: number): number {
  let at = nextLine(text, header);
  while (at > 0 && at < text.length) {
    INDENT.lastIndex = at;
    INDENT.test(text);
    const blank = text[INDENT.lastIndex] === '\n' || text[INDENT.lastIndex] === '\r';
    if (!blank && INDENT.lastIndex - at <= parentIndent) return at - 1;
    at = nextLine(text, at);
  }
  return text.length;
}
