// Regular expressions of Kong's router (the Rust regex crate), in JavaScript's words, as far as the two mean the same.

/** What a regular expression says of a text; `unknown` where JavaScript cannot tell what Rust would say. */
export type RegexVerdict = { readonly matched: string } | 'no' | 'unknown';

/** Runs a JavaScript regular expression, and never for long: hostile ones end as `unknown`. */
export type RunRegex = (source: string, flags: string, text: string) => RegexVerdict;

/** What Rust takes and JavaScript reads otherwise, or not at all. */
const UNTOLD: readonly RegExp[] = [
  // Set operations, and POSIX classes within classes.
  /\[[^\]]*(?:&&|--|~~|\[:)/,
  // Flags in the middle, verbose ones, swapped greed.
  /\(\?[a-zA-Z]*-?[a-zA-Z]*[xURu]/,
  /(?!^)\(\?[a-zA-Z-]+[:)]/,
  // Possessive quantifiers are nested ones for Rust.
  /[+*?}]\+/,
  /\\[abvz](?=\{)|\\[<>]/,
];

/** Bare classes of Unicode in Rust are classes of ASCII in JavaScript; so is the case of letters. */
const UNICODE_CLASSES = /\\[dDwWsSbB]|\(\?i/;
const ASCII = /^[\0-\x7f]*$/;

/**
 * Matches from the beginning of the text, as the router does with paths.
 * @param regex as it stands in a route's path after `~`, or in a header's value after `~*`
 * @param anchored whether it must match at the beginning
 */
export function matchRust(regex: string, text: string, anchored: boolean, run: RunRegex): RegexVerdict {
  const bare = regex.replace(/\\\\/g, '__');
  if (UNTOLD.some((pattern) => pattern.test(bare))) return 'unknown';
  if (!ASCII.test(text) && UNICODE_CLASSES.test(bare)) return 'unknown';
  const [, leading = ''] = /^\(\?(i?m?s?)\)/.exec(regex) ?? [];
  const rest = leading === '' ? regex : regex.slice(leading.length + 3);
  const source = translated(rest);
  if (source === undefined) return 'unknown';
  // Without m, $ is the very end for both.
  const flags = `${leading}${needsUnicode(source) ? 'u' : ''}`;
  // Kong puts `^` before the whole: of several alternatives it anchors the first only.
  return run(anchored ? `^${source}` : source, flags, text);
}

const needsUnicode = (source: string): boolean =>
  /\\[pP]\{|\\u\{/.test(source) || !/^[\0-\uffff]*$/.test(source);

/** Spellings of the same: named groups, the ends of a text, code points, one-letter classes. */
function translated(regex: string): string | undefined {
  let out = '';
  for (let at = 0; at < regex.length; at += 1) {
    const char = regex.charAt(at);
    if (char === '(' && regex.startsWith('(?P<', at)) {
      out += '(?<';
      at += 3;
    } else if (char !== '\\') out += char;
    else {
      const read = escapeAt(regex, at);
      if (read === undefined) return undefined;
      out += read.text;
      at = read.end;
    }
  }
  return out;
}

function escapeAt(regex: string, at: number): { readonly text: string; readonly end: number } | undefined {
  const next = regex.charAt(at + 1);
  if (next === 'A') return { text: '^', end: at + 1 };
  if (next === 'z') return { text: '$', end: at + 1 };
  if (next === 'a') return { text: '\\x07', end: at + 1 };
  if ('xuU'.includes(next) && next !== '') {
    const [whole, braced, plain] =
      /^\\[xuU](?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2,8}))/.exec(regex.slice(at, at + 10)) ?? [];
    if (whole === undefined) return undefined;
    const width = { x: 2, u: 4, U: 8 }[next] ?? 2;
    const digits = braced ?? plain?.slice(0, width) ?? '';
    const end = at + (braced === undefined ? 1 + width : whole.length - 1);
    return { text: `\\u{${digits}}`, end };
  }
  if (next === 'p' || next === 'P') {
    if (regex.charAt(at + 2) === '{') return { text: `\\${next}`, end: at + 1 };
    return { text: `\\${next}{${regex.charAt(at + 2)}}`, end: at + 2 };
  }
  return { text: `\\${next}`, end: at + 1 };
}
