import { own } from '../../document/dict.js';
import type { Dict } from '../../document/dict.js';
import type { Doubt } from './doubt.js';
import { neverMatches } from './never-matches.js';

/** Paths of a route that no request can have, as far as that is certain. */
export function routePathDoubts(route: Dict): Doubt[] {
  const paths = own(route, 'paths');
  if (!Array.isArray(paths)) return [];
  return paths.flatMap((path: unknown, index): Doubt[] => {
    const said = typeof path === 'string' ? saidOf(path) : undefined;
    return said === undefined ? [] : [{ severity: 'warning', ...said, path: ['paths', index] }];
  });
}

/** Longer ones are not looked into. */
const MAX_LENGTH = 2000;

function saidOf(path: string): Pick<Doubt, 'code' | 'message' | 'hint'> | undefined {
  if (path.length > MAX_LENGTH) return undefined;
  const code = 'path-never-matches';
  if (path.startsWith('~')) {
    const fault = neverMatches(path.slice(1));
    return (
      fault && {
        code,
        message: `no request can match this regular expression: ${fault.why}`,
        hint: fault.hint,
      }
    );
  }
  if (!path.startsWith('/')) return undefined;
  if (REGEX.test(path)) {
    const message = 'the path looks like a regular expression, but Kong takes it letter by letter';
    return { code: 'regex-without-tilde', message, hint: 'put ~ before it if it is one' };
  }
  if (!path.includes('?')) return undefined;
  const message =
    "no request can match this path: it holds a ?, and a request's query is no part of its path";
  return { code, message, hint: 'leave out the query' };
}

/** `\d`, `.*`, `(?:`, `[^`, `[a-z`, `(a|`, or a `$` at the end: what plain paths do not have. */
const REGEX = /\\[A-Za-z./-]|\.[*+]|\(\?|\[\^|\[\w-\w|\([^()|]*\||[^/]\$$/;
