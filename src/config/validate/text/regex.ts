import { pcreProblem } from '../../syntax/pcre.js';
import { rustRegexProblem } from '../../syntax/rust-regex.js';

/** A regular expression that nginx will compile. */
export function pcreFault(text: string): string | undefined {
  return pcreProblem(text) === undefined
    ? undefined
    : 'is no regular expression that Kong (PCRE) can compile';
}

/** A regular expression that the router's engine will compile, too: it knows no look-around and no back-references. */
export function routerRegexFault(text: string): string | undefined {
  const problem = rustRegexProblem(`^${text.replaceAll('?<', '?P<')}`);
  return problem === undefined ? undefined : `is no regular expression for Kong's router: ${problem}`;
}
