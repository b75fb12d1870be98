import type { Random } from '../clock/clock.js';

const BASE_MS = 250;
const CAP_MS = 30_000;
/** A full push that ends in a 500 costs Kong seconds of CPU; one that keeps doing so is not asked for every 30 s. */
const FAILING_PUSH_CAP_MS = 5 * 60_000;
/** A pod that has just been created answers within seconds, or when its image is there: ask often for a minute. */
const NEWBORN_MS = 250;
const NEWBORN_TRIES = 240;
const RETRY_AFTER_CAP_MS = 60_000;

export interface BackoffInput {
  /** Failures in a row, this one included: 1, 2, … */
  readonly failures: number;
  /** Whether it ever answered us. */
  readonly everReached: boolean;
  /** The pace at which a gateway that never answered is asked, once it is no newborn any more (ms). */
  readonly pendingMs: number;
  readonly retryAfterMs: number | undefined;
  /** How many of them were Kong's answers to pushes; 0 unless the last one was. */
  readonly pushFailures: number;
}

/**
 * How long to wait before trying a gateway again (ms): what it asked for by Retry-After, a steady quick pace
 * for the newborn, else exponential with full jitter, which spreads a fleet's retries evenly.
 */
export function backoffMs(input: BackoffInput, random: Random): number {
  const { failures, everReached, pendingMs, retryAfterMs, pushFailures } = input;
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, RETRY_AFTER_CAP_MS) + random() * BASE_MS;
  if (!everReached) return failures <= NEWBORN_TRIES ? NEWBORN_MS : pendingMs * (0.5 + random() / 2);
  const cap = pushFailures > 5 ? FAILING_PUSH_CAP_MS : CAP_MS;
  return random() * Math.min(cap, BASE_MS * 2 ** Math.min(failures - 1, 20));
}
