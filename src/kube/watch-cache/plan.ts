import type { Random } from '../../clock/clock.js';
import { backoffMs } from '../backoff.js';

/** How a list or a watch ended. `livedMs`: for how long the watch was up. */
export type Outcome =
  | { readonly kind: 'listed' }
  | { readonly kind: 'list-failed'; readonly retryAfterMs?: number | undefined }
  /** The server ended the watch in good order. */
  | { readonly kind: 'watch-ended'; readonly livedMs: number }
  | { readonly kind: 'watch-failed'; readonly livedMs: number; readonly retryAfterMs?: number | undefined }
  /** 410: the version to go on from is no longer kept. */
  | { readonly kind: 'expired'; readonly livedMs: number };

export interface Plan {
  readonly next: 'list' | 'watch';
  readonly delayMs: number;
  /** In a row; a list that worked does not end the row, only a watch that lived. */
  readonly failures: number;
}

/** A watch that lived this long worked, however it ended. */
export const HEALTHY_MS = 10_000;
/**
 * A watch that came up at all shows that the server answers, and that what is missed meanwhile could be had: where something in
 * between cuts every connection after a moment, waits stay as short as after this many failures (2 s at most).
 */
const FAILURES_ONCE_UP = 3;
/** After as many failed watches in a row from one version, list again: the version itself may be the trouble. */
const WATCHES_PER_LIST = 3;

/**
 * What to do after `outcome`. At once after something that worked, with growing, jittered delays after what did not: a server that
 * ends every watch at once, or answers each with 410, is never called in a tight loop.
 */
export function planAfter(failuresBefore: number, outcome: Outcome, random: Random): Plan {
  switch (outcome.kind) {
    case 'listed':
      return { next: 'watch', delayMs: 0, failures: failuresBefore };
    case 'list-failed':
      return retry('list', failuresBefore + 1, random, outcome.retryAfterMs);
    case 'watch-ended':
      return outcome.livedMs >= HEALTHY_MS
        ? atOnce('watch')
        : retryWatch(failuresBefore + 1, random, outcome);
    case 'expired':
      return outcome.livedMs >= HEALTHY_MS ? atOnce('list') : retry('list', failuresBefore + 1, random);
    case 'watch-failed':
      return retryWatch(outcome.livedMs >= HEALTHY_MS ? 1 : failuresBefore + 1, random, outcome);
  }
}

function atOnce(next: Plan['next']): Plan {
  return { next, delayMs: 0, failures: 0 };
}

function retryWatch(
  failures: number,
  random: Random,
  { livedMs, retryAfterMs }: { readonly livedMs: number; readonly retryAfterMs?: number | undefined },
): Plan {
  const next = failures % WATCHES_PER_LIST === 0 ? 'list' : 'watch';
  const waitedFor = livedMs > 0 ? Math.min(failures, FAILURES_ONCE_UP) : failures;
  return { next, failures, delayMs: backoffMs(waitedFor, random, retryAfterMs) };
}

function retry(next: Plan['next'], failures: number, random: Random, retryAfterMs?: number): Plan {
  return { next, failures, delayMs: backoffMs(failures, random, retryAfterMs) };
}
