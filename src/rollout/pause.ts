import { sleep } from '../clock/clock.js';
import type { Clock } from '../clock/clock.js';

/** Waits that a kick can end. A kick that comes while nobody waits ends the next wait. */
export interface Pause {
  /** @param stubborn only an urgent kick ends it: a backoff is not to be worn down by a stream of edits */
  readonly rest: (ms: number, stubborn: boolean) => Promise<void>;
  readonly kick: (urgent: boolean) => void;
}

/** @param stop ends every wait, now and later */
export function createPause(clock: Clock, stop: AbortSignal): Pause {
  let kicked: 'no' | 'gently' | 'urgently' = 'no';
  let waiting: { readonly stubborn: boolean; readonly wake: () => void } | undefined;

  const ends = (stubborn: boolean): boolean => kicked === 'urgently' || (kicked === 'gently' && !stubborn);

  return {
    async rest(ms, stubborn) {
      if (!ends(stubborn) && !stop.aborted) {
        const controller = new AbortController();
        const wake = (): void => controller.abort();
        waiting = { stubborn, wake };
        stop.addEventListener('abort', wake, { once: true });
        await sleep(clock, ms, controller.signal);
        stop.removeEventListener('abort', wake);
        waiting = undefined;
      }
      kicked = 'no';
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
