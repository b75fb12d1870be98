// Regular expressions of routes that match no path at all. Kong puts a ^ before them, and compares them with the path of the
// request: without its query, and normalised (kong/tools/uri.lua: what is percent-encoded and needs it not, is decoded; what
// stays encoded has capital letters).
import { classEnd } from '../../syntax/pcre.js';

/** One piece of a regular expression at its top level. */
interface Piece {
  readonly kind: 'start' | 'end' | 'char' | 'class' | 'other';
  readonly text: string;
  /** Whether the quantifier lets it be absent. */
  readonly optional: boolean;
}

/** Why nothing matches, and what to write instead. */
export interface NoMatch {
  readonly why: string;
  readonly hint: string;
}

/**
 * Says why, where it is certain; undefined otherwise. A scan without backtracking, linear in the text; whatever it does not know
 * (alternatives, flags, rare escapes) ends it.
 * @param regex without the `~`; of bounded length
 */
export function neverMatches(regex: string): NoMatch | undefined {
  const pieces = topLevel(regex);
  if (pieces === undefined) return undefined;
  let consumed = false;
  let ended = false;
  for (const [at, { kind, text, optional }] of pieces.entries()) {
    if (optional || kind === 'other') continue;
    if (kind === 'start') {
      if (consumed) return { why: 'it wants a beginning (^) after its beginning', hint: 'leave out the ^' };
    } else if (kind === 'end') ended = true;
    else {
      if (ended)
        return { why: 'it wants something after the end ($)', hint: 'leave out the $, or what follows it' };
      if (text === '\\?' || text === '[?]')
        return {
          why: "it wants a ?, and a request's query is no part of its path",
          hint: 'leave out the query',
        };
      const fault = text === '%' ? encodingFault(pieces.slice(at + 1, at + 3)) : undefined;
      if (fault !== undefined) return fault;
      consumed = true;
    }
  }
  return undefined;
}

const RESERVED = new Set("!*'();:@&=+$,/?%#[]");

/** @param digits the two pieces after a % */
function encodingFault(digits: readonly Piece[]): NoMatch | undefined {
  const text = digits.map((digit) => digit.text).join('');
  if (!/^[0-9A-Fa-f]{2}$/.test(text) || digits.some(({ optional }) => optional)) return undefined;
  const isReserved = RESERVED.has(String.fromCharCode(parseInt(text, 16)));
  const upper = text.toUpperCase();
  if (isReserved && upper === text) return undefined;
  return isReserved
    ? {
        why: `it wants %${text}, and Kong has made that %${upper} before it compares`,
        hint: `write %${upper}`,
      }
    : {
        why: `it wants %${text}, and Kong has decoded that before it compares`,
        hint: 'write the character itself',
      };
}

const QUANTIFIER = /(?:[*+?]|\{\d*(?:,\d*)?\})[+?]?/y;
/** Escapes that match one character each, or nothing. */
const SIMPLE_ESCAPE = /^\\[^A-Za-z0-9]$/;
const CLASS_ESCAPE = /^\\[dDwWsS]$/;

function topLevel(regex: string): Piece[] | undefined {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < regex.length) {
    const read = pieceAt(regex, at);
    if (read === undefined) return undefined;
    QUANTIFIER.lastIndex = read.end;
    const quantifier = QUANTIFIER.exec(regex)?.[0] ?? '';
    pieces.push({
      kind: read.kind,
      text: regex.slice(at, read.end),
      optional: /^(?:[*?]|\{0?[,}]|\{0)/.test(quantifier),
    });
    at = read.end + quantifier.length;
  }
  return pieces;
}

function pieceAt(regex: string, at: number): { kind: Piece['kind']; end: number } | undefined {
  const char = regex.charAt(at);
  if (char === '^') return { kind: 'start', end: at + 1 };
  if (char === '$') return { kind: 'end', end: at + 1 };
  if (char === '\\') return escapeAt(regex, at);
  if (char === '[') {
    const end = classEnd(regex, at);
    return end === undefined ? undefined : { kind: 'class', end: end + 1 };
  }
  if (char === '(') {
    const end = groupEnd(regex, at);
    return end === undefined ? undefined : { kind: 'other', end };
  }
  return '|)*+?{'.includes(char) ? undefined : { kind: 'char', end: at + 1 };
}

function escapeAt(regex: string, at: number): { kind: Piece['kind']; end: number } | undefined {
  const text = regex.slice(at, at + 2);
  if (SIMPLE_ESCAPE.test(text)) return { kind: 'char', end: at + 2 };
  if (CLASS_ESCAPE.test(text)) return { kind: 'class', end: at + 2 };
  return text === '\\b' || text === '\\B' ? { kind: 'other', end: at + 2 } : undefined;
}

/** Where a group ends; undefined when it may change how the rest is read. */
function groupEnd(regex: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < regex.length; at += 1) {
    const char = regex.charAt(at);
    if (char === '\\') {
      // Only what pairs with a bracket or quotes one may matter here: skip the escaped character.
      if ('QE'.includes(regex.charAt(at + 1))) return undefined;
      at += 1;
    } else if (char === '[') {
      const end = classEnd(regex, at);
      if (end === undefined) return undefined;
      at = end;
    } else if (char === '(') {
      if (regex.charAt(at + 1) === '?' && !/^(?::|P?<[A-Za-z_])/.test(regex.slice(at + 2, at + 5)))
        return undefined;
      depth += 1;
    } else if (char === ')') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}
