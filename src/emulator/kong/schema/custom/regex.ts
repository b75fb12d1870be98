import { badTriplet, normalizePath } from './url.js';

/** A regular expression as nginx compiles it (PCRE2). */
export function isRegex(value: string): string | undefined {
  return pcreProblem(value) === undefined ? undefined : `not a valid regex: ${value}`;
}

export function starOrRegex(value: string): string | undefined {
  return value === '*' || pcreProblem(value) === undefined ? undefined : `'${value}' is not a valid regex`;
}

/** A path of a route: fixed and normalised, or `~` and a regular expression. */
export function routePath(value: string): string | undefined {
  const broken = /^\/[\dA-Za-z.\-_~/%:@!$&'()*+,;=]*$/.test(value) ? badTriplet(value) : undefined;
  if (broken !== undefined) return broken;
  if (!value.startsWith('~')) {
    const normalized = normalizePath(value);
    return value === normalized ? undefined : `non-normalized path, consider use '${normalized}' instead`;
  }
  const regex = value.slice(1);
  const problem = pcreProblem(regex);
  return problem === undefined
    ? undefined
    : `invalid regex: '${regex}' (PCRE returned: pcre2_compile() failed: ${problem})`;
}

/**
 * What PCRE2 says of a regular expression it refuses: the mistakes people make, not all there are. A scan, no
 * backtracking: it takes time linear in the text.
 */
export function pcreProblem(regex: string): string | undefined {
  let depth = 0;
  let repeatable = false;
  let at = 0;
  const fail = (words: string, where?: number): string =>
    `${words} in "${regex}"${where === undefined || where >= regex.length ? '' : ` at "${regex.slice(where)}"`}`;
  while (at < regex.length) {
    const char = regex.charAt(at);
    if (char === '\\') {
      if (at + 1 >= regex.length) return fail('\\ at end of pattern');
      at += 2;
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
      const opening = groupOpening(regex, at);
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
      const quantifier = /^(?:[*+?]|\{(\d+)(?:,(\d*))?\})[+?]?/.exec(regex.slice(at, at + 16));
      if (quantifier === null) {
        repeatable = char !== '|' && char !== '^';
        at += 1;
        continue;
      }
      if (!repeatable) return fail('quantifier does not follow a repeatable item', at + 1);
      if (Number(quantifier[2] || Infinity) < Number(quantifier[1])) {
        return fail('numbers out of order in {} quantifier', at + quantifier[0].length);
      }
      if (Number(quantifier[1] ?? 0) > 65_535 || Number(quantifier[2] || 0) > 65_535) {
        return fail('number too big in {} quantifier');
      }
      at += quantifier[0].length;
      repeatable = false;
    }
  }
  return depth > 0 ? fail('missing closing parenthesis') : undefined;
}

/** Where a group's content begins, or PCRE's complaint about its opening. */
function groupOpening(regex: string, at: number): number | string {
  const rest = regex.slice(at, at + 64);
  if (!rest.startsWith('(?')) return at + 1;
  const named = /^\(\?(?:P?<(?![=!])|')/.exec(rest);
  if (named !== null) {
    const name = /^\(\?(?:P?<|')([A-Za-z_]\w*)([>']?)/.exec(rest);
    if (name === null) return 'subpattern name expected';
    return name[2] === '' ? 'syntax error in subpattern name (missing terminator?)' : at + name[0].length;
  }
  const plain = /^\(\?(?:[=!:>|#&R]|<[=!]|P[=>]|[+-]?\d+|\^?[a-zA-Z]*(?:-[a-zA-Z]+)?[:)])/.exec(rest);
  if (plain === null) return 'unrecognized character after (? or (?-';
  return plain[0].endsWith(')') ? at + plain[0].length - 1 : at + plain[0].length;
}

/** Position of the `]` that ends the class opened at `start`. */
function classEnd(regex: string, start: number): number | undefined {
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

/** What the Rust regex crate, Kong's second engine, refuses though PCRE takes it. */
const NOT_IN_RUST: readonly (readonly [RegExp, string])[] = [
  [/\(\?P?<?[=!]/, 'look-around, including look-ahead and look-behind, is not supported'],
  [/\(\?[>#|&R]|\(\?[+-]?\d|\(\?P[=>]/, 'unrecognized flag'],
  [/\\[1-9]|\\[gk]/, 'backreferences are not supported'],
  [/\\[KQEGXRNChHyYiIjJlLmMoOqTuUcez<>]/, 'unrecognized escape sequence'],
  [/(?:^|[|(])\{/, 'repetition operator missing expression'],
  [/\{(?!\d+(?:,\d*)?\})/, 'repetition quantifier expects a valid decimal'],
];

/** What the expression router says of a regular expression made from a route's path; nothing if it compiles. */
export function rustRegexProblem(regex: string): string | undefined {
  const bare = regex
    .replace(/\\\\/g, '__')
    .replace(/\\[{}[\]()]/g, '__')
    .replace(/\[[^\]]*\]/g, 'x');
  return NOT_IN_RUST.find(([pattern]) => pattern.test(bare))?.[1];
}
