import pLimit from 'p-limit';
import type { Clock } from '../clock/clock.js';
import type { GatewayState } from '../gateway/state.js';
import { EMPTY_HASH } from '../config/revision.js';

/**
 * - `serving`: gateways with traffic; few load at once, because a load is expensive for their users
 * - `empty`: gateways that serve nothing; nobody is waiting behind them, and traffic waits for them
 * - `failing`: gateways that failed lately, so that they cannot hold up the others
 */
export type Lane = 'serving' | 'empty' | 'failing';

/** How long a failure keeps a gateway in the failing lane (ms). */
const FAILED_LATELY_MS = 60_000;
/** Bounds the burst of connections and bytes in flight when a whole fleet starts empty. */
const EMPTY_AT_ONCE = 64;
const PROBES_AT_ONCE = 128;
/** How often a run is looked at (ms). */
const LOOK_MS = 20;
/** A probe that takes longer than this makes room for the others (ms). */
const PROBE_LATE_MS = 500;

export const failedLately = (state: GatewayState, now: number): boolean =>
  now - state.lastFailureAt < FAILED_LATELY_MS;

export function laneOf(state: GatewayState, now: number): Lane {
  if (failedLately(state, now)) return 'failing';
  return state.hash === EMPTY_HASH ? 'empty' : 'serving';
}

export interface Lanes {
  /**
   * Runs `start` as soon as its lane has a place. A run that takes longer than `lateMs` gives its place up and
   * goes on beside the lane (promise 4: the hung cannot stop the others, not even the first time they hang);
   * `onLate` hears of it.
   */
  push<T>(lane: Lane, lateMs: () => number, start: () => Promise<T>, onLate: () => void): Promise<T>;
  probe<T>(lane: Lane, start: () => Promise<T>): Promise<T>;
  /** How many gateways serve something now: what part of them loads at once is bounded. */
  serving(count: number): void;
}

/**
 * @param concurrency how many serving gateways may load at once at most, and likewise how many failing ones
 * @param partAtOnce of the gateways that serve, at most this part loads at once, yet always one (0 to 1)
 */
export function createLanes(clock: Clock, concurrency: number, partAtOnce: number): Lanes {
  const pushes = {
    serving: pLimit(1),
    failing: pLimit(1),
    empty: pLimit(Math.max(concurrency, EMPTY_AT_ONCE)),
  };
  const probes = { serving: pLimit(PROBES_AT_ONCE), failing: pLimit(PROBES_AT_ONCE) };

  /** Calls `onLate` once the run is late, unless it is cancelled. What counts as late is asked again and again: fellows teach it. */
  const watch = (lateMs: () => number, onLate: () => void): (() => void) => {
    const startedAt = clock.now();
    const look = (): void => {
      const left = startedAt + lateMs() - clock.now();
      if (left <= 0) onLate();
      else cancel = clock.after(Math.min(left, LOOK_MS), look);
    };
    // Nothing is late so soon, and most runs end before it is worth asking.
    let cancel = clock.after(LOOK_MS, look);
    return () => cancel();
  };

  const inPlace = <T>(
    limit: ReturnType<typeof pLimit>,
    lateMs: () => number,
    start: () => Promise<T>,
    onLate: () => void,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      const run = (): Promise<void> =>
        new Promise((leave) => {
          const running = start();
          const cancel = watch(lateMs, () => {
            onLate();
            leave();
          });
          const end = (): void => {
            cancel();
            leave();
          };
          running.then(resolve, reject);
          running.then(end, end);
        });
      limit(run).catch(reject);
    });

  return {
    push: (lane, lateMs, start, onLate) => inPlace(pushes[lane], lateMs, start, onLate),
    probe: (lane, start) =>
      inPlace(
        probes[lane === 'failing' ? 'failing' : 'serving'],
        () => PROBE_LATE_MS,
        start,
        () => undefined,
      ),
    serving(count) {
      const bound = Math.min(concurrency, Math.max(1, Math.floor(count * partAtOnce)));
      for (const limit of [pushes.serving, pushes.failing]) {
        if (limit.concurrency !== bound) limit.concurrency = bound;
      }
    },
  };
}
