import { pcreProblem } from '../../syntax/pcre.js';

/** A regular expression that nginx will compile. */
export function pcreFault(text: string): string | undefined {
  return pcreProblem(text) === undefined
    ? undefined
    : 'is no regular expression that Kong (PCRE) can compile';
}
