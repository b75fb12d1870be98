import type { Random } from '../clock/clock.js';

const BASE_MS = 500;
const CAP_MS = 30_000;
/** Full jitter may draw zero; a failing call is still never repeated in a tight loop. */
const FLOOR_MS = 100;

/**
 * How long to wait before a try that follows `failures` failures in a row: full jitter below an exponential cap of 30 s
 * (AWS Architecture Blog, "Exponential Backoff And Jitter"), and at least what the server asked for.
 */
export function backoffMs(failures: number, random: Random, retryAfterMs = 0): number {
  const cap = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(failures - 1, 16));
  return Math.max(FLOOR_MS, random() * cap, retryAfterMs);
}
