// JavaScript's regular expressions, with a limit on their time: what others wrote must not hang us.
import { createContext, Script } from 'node:vm';
import type { RegexVerdict, RunRegex } from '../../config/routing/rust-pattern.js';

/** For one match, and for all of a command (ms). */
const ONE_MS = 200;
const ALL_MS = 5_000;

const MATCH = new Script(
  'const found = new RegExp(source, flags).exec(text); found === null ? undefined : found[0]',
);

/** The engine backtracks, and looks now and then whether its time is up; a context of its own has nothing to get at. */
export function createRegexRunner(): RunRegex {
  let left = ALL_MS;
  return (source, flags, text): RegexVerdict => {
    if (left <= 0) return 'unknown';
    const started = performance.now();
    try {
      const context = createContext(Object.assign(Object.create(null), { source, flags, text }));
      const matched: unknown = MATCH.runInContext(context, { timeout: ONE_MS });
      return typeof matched === 'string' ? { matched } : 'no';
    } catch {
      // It took too long, or is none of JavaScript's.
      return 'unknown';
    } finally {
      left -= performance.now() - started;
    }
  };
}
