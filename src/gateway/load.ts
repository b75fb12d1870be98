import { EMPTY_HASH } from '../config/revision.js';
import type { Revision } from '../config/revision.js';
import type { GatewayState } from './state.js';

/** A gateway rests this many times as long as its last load took before it loads again. */
const REST_FACTOR = 4;

/** How long it must still rest before its next load (ms): a load costs its users; one that serves nothing has none. */
export function restLeftMs({ hash, lastLoad }: GatewayState, now: number): number {
  if (hash === EMPTY_HASH || lastLoad === undefined) return 0;
  return Math.max(0, lastLoad.endedAt + REST_FACTOR * lastLoad.durationMs - now);
}

/**
 * How long a load may go on after we stopped waiting for it (ms). A real 3.9.3 needs about 1.6 s per MB on one
 * worker, and several times that when loads queue up.
 */
export function loadAllowanceMs(revision: Revision, lastLoadMs: number | undefined): number {
  const bySize = 5_000 + (revision.bytes.length / 1_000_000) * 6_000;
  return Math.max(bySize, 3 * (lastLoadMs ?? 0));
}
