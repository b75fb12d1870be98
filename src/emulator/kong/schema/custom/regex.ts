import { pcreProblem } from '../../../../config/syntax/pcre.js';
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
