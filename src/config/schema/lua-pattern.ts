import { LINEAR_PATTERNS } from './linear-patterns.js';

const CLASSES: Readonly<Record<string, string>> = {
  a: 'A-Za-z',
  c: '\\x00-\\x1f\\x7f',
  d: '0-9',
  g: '!-~',
  l: 'a-z',
  p: '!-\\/:-@\\[-`{-~',
  s: ' \\t-\\r',
  u: 'A-Z',
  w: '0-9A-Za-z',
  x: '0-9A-Fa-f',
};

/**
 * A Lua 5.1 pattern as the source of a JavaScript regular expression that is valid with the `u` flag (as JSON Schema wants it).
 * @throws Error for `%b` and back references, which have no counterpart
 */
export function luaPatternToRegex(pattern: string): string {
  return Object.hasOwn(LINEAR_PATTERNS, pattern) ? (LINEAR_PATTERNS[pattern] ?? '') : translate(pattern);
}

/** Item by item. */
export function translate(pattern: string): string {
  let out = '';
  let at = 0;
  if (pattern.startsWith('^')) {
    out = '^';
    at = 1;
  }
  while (at < pattern.length) {
    const char = pattern.charAt(at);
    if (char === '(' || char === ')') {
      out += char;
      at += 1;
    } else if (char === '$' && at === pattern.length - 1) {
      out += '$';
      at += 1;
    } else {
      const item = readItem(pattern, at);
      const quantifier = pattern.charAt(item.end);
      const repeated = quantifier !== '' && '*+-?'.includes(quantifier);
      out += item.regex + (repeated ? (quantifier === '-' ? '*?' : quantifier) : '');
      at = item.end + (repeated ? 1 : 0);
    }
  }
  return out;
}

/** One single-character item: a character, an escape or a set. */
function readItem(pattern: string, at: number): { regex: string; end: number } {
  const char = pattern.charAt(at);
  if (char === '.') return { regex: '[^]', end: at + 1 };
  if (char === '%') return { regex: escapeItem(pattern.charAt(at + 1), pattern), end: at + 2 };
  if (char === '[') return readSet(pattern, at);
  return { regex: literal(char), end: at + 1 };
}

function escapeItem(char: string, pattern: string): string {
  if (/[0-9bf]/.test(char) || char === '')
    throw new Error(`no regular expression for the Lua pattern ${pattern}`);
  const members = CLASSES[char.toLowerCase()];
  if (members === undefined) return literal(char);
  return char === char.toLowerCase() ? `[${members}]` : `[^${members}]`;
}

function readSet(pattern: string, start: number): { regex: string; end: number } {
  let at = start + 1;
  let out = '[';
  if (pattern.charAt(at) === '^') {
    out += '^';
    at += 1;
  }
  // A bracket right at the beginning is a member.
  for (let first = true; first || pattern.charAt(at) !== ']'; first = false) {
    if (at >= pattern.length) throw new Error(`the set does not end in the Lua pattern ${pattern}`);
    if (pattern.charAt(at) === '%') {
      const char = pattern.charAt(at + 1);
      out += CLASSES[char] ?? setMember(char);
      at += 2;
    } else if (pattern.charAt(at + 1) === '-' && !['', ']'].includes(pattern.charAt(at + 2))) {
      out += `${setMember(pattern.charAt(at))}-${setMember(pattern.charAt(at + 2))}`;
      at += 3;
    } else {
      out += setMember(pattern.charAt(at));
      at += 1;
    }
  }
  return { regex: `${out}]`, end: at + 1 };
}

const literal = (char: string): string => (/[\^$\\.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char);
const setMember = (char: string): string => (/[\^\-\]\\[]/.test(char) ? `\\${char}` : char);
