// A stretch of a text, with all taken out that may be a secret.
import { MODELS } from '../schema/model.js';
import type { Piece } from './pieces.js';

/** A part of the text, in order and without gaps: shown as it is, or hidden. */
export interface Part {
  readonly start: number;
  readonly end: number;
  readonly hidden: boolean;
}

/** Punctuation of JSON and YAML, and the header of a block scalar. */
const NO_PUNCTUATION = /[^\s{}[\],:?&*!|>"'0-9.%+-]+/g;
/** Longer scalars are not looked at closely. */
const MAX_SHOWN = 2000;
const MAX_KEY = 80;

/** decK's, as far as it holds nothing but the name of a variable. */
const PLACEHOLDER =
  /\$\{\{-? *env +(?:\\?"DECK_\w{1,80}\\?"|`DECK_\w{1,80}`) *(?:\| *to(?:Int|Float|Bool) *)?-?\}\}/g;
/** What may be seen wherever it stands. */
const HARMLESS = /^(?:true|false|null|~|\{vault:\/\/[\w./-]{1,200}\})?$/i;
/** What is a secret wherever it stands: credentials by their form, and long random words. */
const SECRET =
  /-----BEGIN|\$\{\{|\b(?:bearer|basic)\s|(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key)["']?\s*[:=]|\beyJ[\w-]{8}|(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{20}/i;
const LINE_BREAK = /[\n\r\x85\u2028\u2029]/;

/** @param pieces those that overlap the stretch, in order; what is between them is shown where it is punctuation */
export function maskedParts(text: string, pieces: readonly Piece[], start: number, end: number): Part[] {
  const parts: Part[] = [];
  let at = start;
  for (const piece of pieces) {
    if (piece.start > at) parts.push(...between(text, at, piece.start));
    parts.push(...partsOf(text, piece));
    at = Math.max(at, piece.end);
  }
  if (at < end) parts.push(...between(text, at, end));
  return indented(text, joined(parts.flatMap((part) => clip(part, start, end))));
}

/** Hidden parts side by side are one. */
function joined(parts: readonly Part[]): Part[] {
  const out: Part[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (last?.hidden === true && part.hidden) out[out.length - 1] = { ...last, end: part.end };
    else out.push(part);
  }
  return out;
}

function clip({ start, end, hidden }: Part, from: number, to: number): Part[] {
  const part = { start: Math.max(start, from), end: Math.min(end, to), hidden };
  return part.start < part.end ? [part] : [];
}

/** A text of several lines is indented in each: that is no secret. */
function indented(text: string, parts: readonly Part[]): Part[] {
  const [first, ...rest] = parts;
  if (first?.hidden !== true) return [...parts];
  const { start, end } = first;
  const shown = text.slice(start, end);
  const at = start + shown.length - shown.trimStart().length;
  return [
    ...clip({ start, end: at, hidden: false }, start, at),
    ...clip({ ...first, start: at }, at, end),
    ...rest,
  ];
}

/** Of a comment nothing but its mark is seen. */
function between(text: string, start: number, end: number): Part[] {
  const gap = text.slice(start, end);
  const mark = gap.indexOf('#');
  const comment = mark < 0 ? end : start + mark + 1;
  const hidden = Array.from(
    text.slice(start, comment - (mark < 0 ? 0 : 1)).matchAll(NO_PUNCTUATION),
    (odd) => [start + odd.index, start + odd.index + odd[0].length],
  );
  return withHidden(start, end, [...hidden, [comment, end]]);
}

function partsOf(text: string, { start, end, show }: Piece): Part[] {
  const all = [{ start, end, hidden: true }];
  if (end - start > MAX_SHOWN) return all;
  const raw = text.slice(start, end);
  const written = raw.replace(PLACEHOLDER, '');
  if (HARMLESS.test(written)) return [{ start, end, hidden: false }];
  if (show === 'none' || SECRET.test(written) || LINE_BREAK.test(raw)) return all;
  return withHidden(start, end, show === 'key' ? [[start + keyEnd(raw), end]] : credentialsIn(raw, start));
}

/** As in messages, a key of the user's is seen up to its first separator (see `shownKey`). */
function keyEnd(raw: string): number {
  const separator = raw.search(/[:=\s]/);
  return Math.min(separator < 0 ? raw.length : separator, MAX_KEY);
}

/** Of a URL, what stands before the `@` and after the `?`. */
function credentialsIn(raw: string, offset: number): (readonly [number, number])[] {
  const scheme = raw.indexOf('://');
  const host = scheme < 0 ? 0 : scheme + 3;
  const sign = raw.lastIndexOf('@');
  const holdsUser = scheme < 0 ? raw.slice(0, Math.max(sign, 0)).includes(':') : sign > host;
  const query = scheme < 0 ? -1 : raw.indexOf('?', Math.max(host, sign));
  return [
    ...(holdsUser ? [[offset + host, offset + sign] as const] : []),
    ...(query < 0 ? [] : [[offset + query + 1, offset + raw.length] as const]),
  ];
}

function withHidden(start: number, end: number, hidden: readonly (readonly number[])[]): Part[] {
  const parts: Part[] = [];
  let at = start;
  for (const [from = at, to = at] of hidden) {
    if (to <= at) continue;
    parts.push({ start: at, end: Math.max(at, from), hidden: false });
    parts.push({ start: Math.max(at, from), end: to, hidden: true });
    at = to;
  }
  return [...parts, { start: at, end, hidden: false }];
}

const KNOWN_KEYS: ReadonlySet<string> = new Set([
  '_format_version',
  '_transform',
  'config',
  ...Array.from(MODELS.values()).flatMap(({ type, fields }) => [type, ...fields.keys()]),
]);
const KEY_FIRST = /^(?:[\s[{]|-(?=\s))*(["']?)([\w-]+)\1\s*:(?=\s|$)/;
const PUNCTUATION = /^[\s[\]{},]*$/;

/**
 * A line of a text that is neither JSON nor YAML, so that nobody knows what is what: one of Kong's words where a key stands,
 * and punctuation.
 * @returns undefined when nothing of it can be shown
 */
export function guessedParts(text: string, start: number, end: number): Part[] | undefined {
  if (end - start > MAX_SHOWN) return undefined;
  const line = text.slice(start, end);
  const [before = '', , key = ''] = KEY_FIRST.exec(line) ?? [];
  const from = KNOWN_KEYS.has(key) ? before.length : 0;
  const rest = line.slice(from);
  if (PUNCTUATION.test(rest)) return [{ start, end, hidden: false }];
  if (from === 0) return undefined;
  const space = rest.length - rest.trimStart().length;
  return withHidden(start, end, [[start + from + space, end]]);
}
