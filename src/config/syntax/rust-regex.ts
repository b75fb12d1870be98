// Regular expressions as the Rust regex crate takes them, which Kong's router compiles them with.
import { classEnd } from './pcre.js';

/** What the Rust regex crate (1.10, as Kong ships it) refuses though PCRE takes it. */
const NOT_IN_RUST: readonly (readonly [RegExp, string])[] = [
  [/\(\?<?[=!]|\(\?P<[=!]/, 'look-around, including look-ahead and look-behind, is not supported'],
  [/\(\?[>#|&R']|\(\?[+-]?\d|\(\?P[=>]|\(\?\^|\(\?[a-zA-Z-]*[JnAaDTpr]/, 'unrecognized flag'],
  [/\\[0-9gk]/, 'backreferences are not supported'],
  [/\\[KQEGXRNCZhHcoe<>]/, 'unrecognized escape sequence'],
  [/(?:^|[|(])\{/, 'repetition operator missing expression'],
  [/\{(?!\d+(?:,\d*)?\})/, 'repetition quantifier expects a valid decimal'],
];

/** What the expression router says of a regular expression made from a route's path; nothing if it compiles. */
export function rustRegexProblem(regex: string): string | undefined {
  const bare = regex
    .replace(/\\\\/g, '__')
    .replace(/\\[pPx]\{[^}]{0,64}\}/g, '_')
    .replace(/\\[{}[\]()]/g, '__');
  return notInRust(withoutClasses(bare));
}

/** Character classes as one character each. */
function withoutClasses(regex: string): string {
  let out = '';
  let from = 0;
  for (let open = regex.indexOf('['); open !== -1; open = regex.indexOf('[', from)) {
    const end = classEnd(regex, open);
    if (end === undefined) break;
    out += `${regex.slice(from, open)}x`;
    from = end + 1;
  }
  return out + regex.slice(from);
}

function notInRust(bare: string): string | undefined {
  return NOT_IN_RUST.find(([pattern]) => pattern.test(bare))?.[1];
}
