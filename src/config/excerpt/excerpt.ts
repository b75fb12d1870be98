// The line that a finding points to, as people may see it: without secrets, printable, and no wider than a terminal.
import type { Event } from 'js-yaml';
import { maskTemplates } from '../deck/template.js';
import { printable } from '../document/problem.js';
import type { Finding } from '../finding.js';
import { lineBounds } from '../parse/lines.js';
import { outline } from '../parse/outline.js';
import type { Outline } from '../parse/outline.js';
import { guessedParts, maskedParts } from './masked.js';
import type { Part } from './masked.js';
import { piecesOf } from './pieces.js';
import type { Piece } from './pieces.js';
import { columnsOf } from './width.js';

export interface Excerpt {
  readonly line: number;
  /** Printable; secrets are `***`, what is cut off is `…`. */
  readonly text: string;
  /** Columns of a terminal before what the finding points to. */
  readonly before: number;
  /** Columns that it fills: at least one. */
  readonly width: number;
}

type Range = Pick<Finding, 'line' | 'column' | 'endLine' | 'endColumn'>;

/** Characters of a long line that are shown before and after the column. */
const BEFORE = 40;
const AFTER = 80;
const TAB = 4;
const MASK = '***';
const CUT = '…';

/**
 * Prepares excerpts of one text.
 * @param deck whether the text is read in decK's dialect
 * @returns gives the excerpt for a finding's range; undefined when it has none, or nothing can be shown safely
 */
export function createExcerpts(
  input: string | Uint8Array,
  deck: boolean,
): (range: Range) => Excerpt | undefined {
  let prepared: ReturnType<typeof prepare> | undefined;
  return ({ line, column, endLine, endColumn }) => {
    if (line === undefined || column === undefined) return undefined;
    prepared ??= prepare(input, deck);
    const bounds = prepared?.bounds(line);
    if (prepared === undefined || bounds === undefined) return undefined;
    const offset = (at: number): number => Math.min(bounds.start + at - 1, bounds.end);
    const from = offset(column);
    const past = endLine === undefined || endColumn === undefined ? from + 1 : bounds.end;
    const to = endLine === line && endColumn !== undefined ? offset(endColumn) : past;
    const shown = prepared.parts(bounds, from);
    return shown && { line, ...layOut(prepared.text, shown, bounds, from, to) };
  };
}

interface Bounds {
  readonly start: number;
  readonly end: number;
}

function prepare(input: string | Uint8Array, deck: boolean) {
  const read = outline(input, deck ? (text) => maskTemplates(text, {})?.text : undefined);
  return read && { text: read.text, bounds: lineBounds(read.text), parts: partsOf(read) };
}

function partsOf({ text, events }: Outline): (line: Bounds, from: number) => Part[] | undefined {
  if (events === undefined) return ({ start, end }) => guessedParts(text, start, end);
  const pieces = pieceIndex(text, events);
  return (line, from) => {
    const { start, end } = cut(text, line, from);
    const near = pieces(start, end);
    // A comment may have begun long before; what is between two pieces is looked at as a whole.
    const gap = Math.max(line.start, Math.min(start, near.before));
    return maskedParts(text, near.pieces, gap, end).flatMap((part) =>
      part.end > start ? [{ ...part, start: Math.max(part.start, start) }] : [],
    );
  };
}

/** The pieces that overlap a stretch, and where the last one before it ends. */
function pieceIndex(text: string, events: readonly Event[]) {
  const pieces = piecesOf(text, events);
  return (start: number, end: number): { pieces: Piece[]; before: number } => {
    const first = partition(pieces, (piece) => piece.end <= start);
    const next = partition(pieces, (piece) => piece.start < end);
    return { pieces: pieces.slice(first, next), before: pieces[first - 1]?.end ?? 0 };
  };
}

/** How many items at the beginning of a list meet a condition; all after them do not. */
function partition<T>(items: readonly T[], meets: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && meets(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A line's part around an offset; no surrogate pair is cut in two. */
function cut(text: string, { start, end }: Bounds, from: number): Bounds {
  if (end - start <= BEFORE + AFTER) return { start, end };
  const whole = (at: number): number => (/[\udc00-\udfff]/.test(text[at] ?? '') ? at - 1 : at);
  return { start: whole(Math.max(start, from - BEFORE)), end: whole(Math.min(end, from + AFTER)) };
}

function layOut(
  text: string,
  parts: readonly Part[],
  line: Bounds,
  from: number,
  to: number,
): Pick<Excerpt, 'text' | 'before' | 'width'> {
  let out = '';
  let column = 0;
  let before: number | undefined;
  let after: number | undefined;
  const put = (shown: string, columns: number, start: number, end: number): void => {
    if (end > from) before ??= column;
    out += shown;
    column += columns;
    if (start < to) after = column;
  };
  const [first] = parts;
  const last = parts.at(-1);
  if (first !== undefined && first.start > line.start) put(CUT, 1, line.start, line.start);
  for (const { start, end, hidden } of parts) {
    if (hidden) put(MASK, MASK.length, start, end);
    else putChars(text, start, end, () => column, put);
  }
  before ??= column;
  const width = Math.max(1, (after ?? before) - before);
  if (last !== undefined && last.end < line.end) put(CUT, 1, line.end, line.end);
  return { text: out.trimEnd(), before, width };
}

function putChars(
  text: string,
  start: number,
  end: number,
  column: () => number,
  put: (shown: string, columns: number, start: number, end: number) => void,
): void {
  let at = start;
  for (const char of text.slice(start, end)) {
    const next = at + char.length;
    const shown = char === '\t' ? ' '.repeat(TAB - (column() % TAB)) : printable(char);
    put(shown, shown === char ? columnsOf(char) : shown.length, at, next);
    at = next;
  }
}
