// Regular expressions as PCRE2 takes them, which nginx compiles them with (Kong 3.9).

/**
 * What PCRE2 says of a regular expression it refuses: the mistakes people make, not all there are. A scan, no
 * backtracking: it takes time linear in the text.
 */
export function pcreProblem(regex: string): string | undefined {
  const groups = groupCount(regex);
  const names = new Set<string>();
  let depth = 0;
  let repeatable = false;
  let at = 0;
  const fail = (words: string, where?: number): string =>
    `${words} in "${regex}"${where === undefined || where >= regex.length ? '' : ` at "${regex.slice(where)}"`}`;
  while (at < regex.length) {
    const char = regex.charAt(at);
    if (char === '\\') {
      const escape = escapeAt(regex, at, groups);
      if (typeof escape === 'string') return fail(escape, at + 2);
      at = escape;
      repeatable = true;
    } else if (char === '[') {
      const end = classEnd(regex, at);
      if (end === undefined) return fail('missing terminating ] for character class');
      const bad = rangeOutOfOrder(regex.slice(at + 1, end));
      if (bad !== undefined) return fail('range out of order in character class', at + bad + 2);
      at = end + 1;
      repeatable = true;
    } else if (char === '(') {
      depth += 1;
      const opening = groupOpening(regex, at, names);
      if (typeof opening === 'string')
        return fail(opening, opening.includes('terminator') ? undefined : at + 3);
      at = opening;
      repeatable = false;
    } else if (char === ')') {
      if (depth === 0) return fail('unmatched closing parenthesis', at);
      depth -= 1;
      at += 1;
      repeatable = true;
    } else {
      const quantifier = QUANTIFIER.exec(regex.slice(at, at + 24));
      if (quantifier === null) {
        repeatable = char !== '|';
        at += 1;
        continue;
      }
      if (!repeatable) return fail('quantifier does not follow a repeatable item', at + 1);
      const problem = boundsProblem(quantifier);
      if (problem !== undefined) return fail(problem, at + quantifier[0].length);
      at += quantifier[0].length;
      repeatable = false;
    }
  }
  return depth > 0 ? fail('missing closing parenthesis') : undefined;
}

const QUANTIFIER = /^(?:[*+?]|\{(\d+)(?:,(\d*))?\})[+?]?/;
const MAX_REPEAT = 65_535;

function boundsProblem([, low = '0', high]: RegExpExecArray): string | undefined {
  if (Number(low) > MAX_REPEAT || Number(high ?? 0) > MAX_REPEAT) return 'number too big in {} quantifier';
  const isRange = high !== undefined && high !== '';
  return isRange && Number(high) < Number(low) ? 'numbers out of order in {} quantifier' : undefined;
}

/** Where the escape at `at` ends, or why PCRE2 does not know it. */
function escapeAt(regex: string, at: number, groups: number): number | string {
  const letter = regex.charAt(at + 1);
  if (letter === '') return '\\ at end of pattern';
  if (letter === 'Q') {
    const end = regex.indexOf('\\E', at + 2);
    return end === -1 ? regex.length : end + 2;
  }
  if (/[1-9]/.test(letter) && Number(letter) > groups && !/^\d\d/.test(regex.slice(at + 1, at + 3))) {
    return 'reference to non-existent subpattern';
  }
  if ('LlNUu'.includes(letter) && !(letter === 'N' && regex.charAt(at + 2) !== '{')) {
    return 'PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u';
  }
  return /[A-Za-z]/.test(letter) && !KNOWN_ESCAPES.has(letter) ? 'unrecognized character follows \\' : at + 2;
}

const KNOWN_ESCAPES = new Set('ABCDEGHKNPQRSVWXZabcdefghknoprstvwxz');

function groupCount(regex: string): number {
  return regex.replace(/\\./gs, '').match(/\((?!\?)|\(\?(?:P?<(?![=!])|')/g)?.length ?? 0;
}

/** Where a group's content begins, or PCRE's complaint about its opening. */
function groupOpening(regex: string, at: number, names: Set<string>): number | string {
  const rest = regex.slice(at, at + 64);
  if (!rest.startsWith('(?')) return at + 1;
  if (rest.startsWith('(?#')) {
    const end = regex.indexOf(')', at);
    return end === -1 ? 'missing ) after (?# comment' : end;
  }
  if (/^\(\?(?:P?<(?![=!])|')/.test(rest)) {
    const name = /^\(\?(?:P?<|')([A-Za-z_]\w*)([>']?)/.exec(rest);
    if (name === null) return 'subpattern name expected';
    if (name[2] === '') return 'syntax error in subpattern name (missing terminator?)';
    if (names.has(name[1] ?? '')) return 'two named subpatterns have the same name (PCRE2_DUPNAMES not set)';
    names.add(name[1] ?? '');
    return at + name[0].length;
  }
  const plain = /^\(\?(?:[=!:>|&R]|<[=!]|P[=>]|[+-]?\d+|\^?[a-zA-Z]*(?:-[a-zA-Z]+)?[:)])/.exec(rest);
  if (plain === null) return 'unrecognized character after (? or (?-';
  return plain[0].endsWith(')') ? at + plain[0].length - 1 : at + plain[0].length;
}

/** Position of the `]` that ends the class opened at `start`. */
export function classEnd(regex: string, start: number): number | undefined {
  let at = start + 1;
  if (regex.charAt(at) === '^') at += 1;
  if (regex.charAt(at) === ']') at += 1;
  for (; at < regex.length; at += 1) {
    const char = regex.charAt(at);
    if (char === '\\') at += 1;
    else if (char === '[' && /^\[[:.=]/.test(regex.slice(at, at + 2))) {
      const close = regex.indexOf(`${regex.charAt(at + 1)}]`, at + 2);
      if (close !== -1) at = close + 1;
    } else if (char === ']') return at;
  }
  return undefined;
}

function rangeOutOfOrder(members: string): number | undefined {
  for (let at = 0; at + 2 < members.length; at += 1) {
    if (members.charAt(at) === '\\') at += 1;
    else if (members.charAt(at + 1) === '-' && !'[\\]'.includes(members.charAt(at + 2))) {
      if (members.charCodeAt(at) > members.charCodeAt(at + 2)) return at + 1;
      at += 2;
    }
  }
  return undefined;
}
