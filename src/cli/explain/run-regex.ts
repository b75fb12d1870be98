// JavaScript's regular expressions, with a limit on their time: what others wrote must not hang us.
import { createContext, Script } from 'node:vm';
import type { RegexVerdict, RunRegex } from '../../config/routing/rust-pattern.js';

/** How long one match may take, and all of a command (ms). */
interface Limits {
  readonly oneMs: number;
  readonly allMs: number;
}

const LIMITS: Limits = { oneMs: 200, allMs: 5_000 };

const MATCH = new Script(
  'const found = new RegExp(source, flags).exec(text); found === null ? undefined : found[0]',
);

/** The engine backtracks, and looks now and then whether its time is up. */
export function createRegexRunner({ oneMs, allMs }: Limits = LIMITS): RunRegex {
  let left = allMs;
  return (source, flags, text): RegexVerdict => {
    if (left <= 0) return 'unknown';
    const started = performance.now();
    try {
      const sandbox: Record<string, string> = { source, flags, text };
      const matched: unknown = MATCH.runInContext(createContext(sandbox), { timeout: oneMs });
      return typeof matched === 'string' ? { matched } : 'no';
    } catch {
      // It took too long, or is none of JavaScript's.
      return 'unknown';
    } finally {
      left -= performance.now() - started;
    }
  };
}
