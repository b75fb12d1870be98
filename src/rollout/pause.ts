import type { Clock } from '../clock/clock.js';

/** Waits that a kick can end. A kick that comes while nobody waits ends the next wait. */
export interface Pause {
  /** @param stubborn only an urgent kick ends it: a backoff is not to be worn down by a stream of edits */
  readonly rest: (ms: number, stubborn: boolean) => Promise<void>;
  readonly kick: (urgent: boolean) => void;
  /** What the gentle kicks so far were about, or all of them, is being done: they end no wait. */
  readonly heed: (all: boolean) => void;
}

/** @param stop ends every wait, now and later */
export function createPause(clock: Clock, stop: AbortSignal): Pause {
  let kicked: 'no' | 'gently' | 'urgently' = 'no';
  let cancel = (): void => undefined;
  let waiting: { readonly stubborn: boolean; readonly wake: () => void } | undefined;

  const ends = (stubborn: boolean): boolean => kicked === 'urgently' || (kicked === 'gently' && !stubborn);

  stop.addEventListener('abort', () => waiting?.wake(), { once: true });

  return {
    async rest(ms, stubborn) {
      if (!ends(stubborn) && !stop.aborted) {
        await new Promise<void>((resolve) => {
          waiting = { stubborn, wake: resolve };
          cancel = clock.after(ms, resolve);
        });
        cancel();
        waiting = undefined;
      }
      kicked = 'no';
    },
    heed(all) {
      if (all || kicked === 'gently') kicked = 'no';
    },
    kick(urgent) {
      if (kicked !== 'urgently') kicked = urgent ? 'urgently' : 'gently';
      if (waiting !== undefined && ends(waiting.stubborn)) waiting.wake();
    },
  };
}

/** Runs a request under a deadline (aborted with `timeout`) and under `stop` (aborted with its reason). */
export async function bounded<T>(
  clock: Clock,
  ms: number,
  stop: AbortSignal,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const onStop = (): void => controller.abort(stop.reason);
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  const cancel = clock.after(ms, () => controller.abort('timeout'));
  try {
    return await request(controller.signal);
  } finally {
    cancel();
    stop.removeEventListener('abort', onStop);
  }
}

/**
 * Runs requests one after another, each under a deadline of its own and all under `stop`, as `bounded` does, with one signal for
 * as long as none is cut off: to make one, and to tie it to `stop`, costs about as much as a small request.
 */
export function boundedInTurn(
  clock: Clock,
  stop: AbortSignal,
): <T>(ms: number, request: (signal: AbortSignal) => Promise<T>) => Promise<T> {
  let controller = new AbortController();
  const onStop = (): void => controller.abort(stop.reason);
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  return async (ms, request) => {
    if (controller.signal.aborted && !stop.aborted) controller = new AbortController();
    const current = controller;
    const cancel = clock.after(ms, () => current.abort('timeout'));
    try {
      return await request(current.signal);
    } finally {
      cancel();
    }
  };
}
