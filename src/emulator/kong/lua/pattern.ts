import { Buffer } from 'node:buffer';

/** Character classes of Lua patterns (Lua 5.1 manual, 5.4.1) as members of a JS character class. */
const CLASSES: Readonly<Record<string, string>> = {
  a: 'A-Za-z',
  c: '\\x00-\\x1f\\x7f',
  d: '0-9',
  l: 'a-z',
  p: '!-\\/:-@\\[-`{-~',
  s: ' \\t-\\r',
  u: 'A-Z',
  w: '0-9A-Za-z',
  x: '0-9A-Fa-f',
  z: '\\x00',
};

const compiled = new Map<string, RegExp>();

/** Whether a Lua pattern (without %b and %f) matches somewhere in `text`, byte by byte as Lua does. */
export function matchesPattern(text: string, pattern: string): boolean {
  let regex = compiled.get(pattern);
  if (regex === undefined) {
    regex = new RegExp(translate(pattern));
    compiled.set(pattern, regex);
  }
  return regex.test(bytesOf(text));
}

/** UTF-8 bytes as characters 0-255, so that JS regular expressions count as Lua does. */
export function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function translate(pattern: string): string {
  let at = 0;
  let out = '';
  while (at < pattern.length) {
    const char = pattern.charAt(at);
    if (char === '^' && at === 0) out += '^';
    else if (char === '$' && at === pattern.length - 1) out += '$';
    else if (char === '(' || char === ')') out += char;
    else {
      const [item, end] = singleItem(pattern, at);
      out += item;
      at = end;
      const quantifier = pattern.charAt(at);
      if (quantifier !== '' && '*+?-'.includes(quantifier)) {
        out += quantifier === '-' ? '*?' : quantifier;
        at += 1;
      }
      continue;
    }
    at += 1;
  }
  return out;
}

/** One set, class or character at `at`, as a JS atom, and where it ends. */
function singleItem(pattern: string, at: number): [string, number] {
  const char = pattern.charAt(at);
  if (char === '%') return [classAtom(pattern.charAt(at + 1)), at + 2];
  if (char === '[') return setAtom(pattern, at);
  return [char === '.' ? '[\\s\\S]' : escapeChar(char), at + 1];
}

function classAtom(letter: string): string {
  const members = CLASSES[letter.toLowerCase()];
  if (members === undefined) return escapeChar(letter);
  return `[${isUpper(letter) ? '^' : ''}${members}]`;
}

function setAtom(pattern: string, start: number): [string, number] {
  let at = start + 1;
  let out = '[';
  if (pattern.charAt(at) === '^') {
    out += '^';
    at += 1;
  }
  const first = at;
  while (at < pattern.length && (pattern.charAt(at) !== ']' || at === first)) {
    const char = pattern.charAt(at);
    if (char === '%') {
      const letter = pattern.charAt(at + 1);
      out += CLASSES[letter] ?? escapeChar(letter);
      at += 2;
    } else {
      out += char === '-' ? '-' : escapeChar(char);
      at += 1;
    }
  }
  return [`${out}]`, at + 1];
}

function isUpper(letter: string): boolean {
  return letter !== letter.toLowerCase();
}

function escapeChar(char: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(char) ? `\\${char}` : char;
}
