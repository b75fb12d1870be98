import type { Clock } from '../clock/clock.js';

/** How many quiet periods a stream of changes can put a run off by. */
const PATIENCE = 10;

/**
 * Runs `run` once changes have been quiet for `quietMs`, or `10 x quietMs` after the first of them, whichever
 * comes first. Runs never overlap: a change during a run leads to one more. `run` must not reject.
 */
export function debounced(
  clock: Clock,
  quietMs: number,
  run: () => Promise<void>,
): { readonly changed: () => void; readonly stop: () => void } {
  let firstAt: number | undefined;
  let cancel = (): void => undefined;
  let running = false;
  let stopped = false;

  const go = async (): Promise<void> => {
    running = true;
    firstAt = undefined;
    try {
      await run();
    } finally {
      running = false;
      schedule();
    }
  };

  const schedule = (): void => {
    cancel();
    if (running || stopped || firstAt === undefined) return;
    const latest = firstAt + quietMs * PATIENCE;
    cancel = clock.after(Math.max(0, Math.min(quietMs, latest - clock.now())), () => void go());
  };

  return {
    changed() {
      firstAt ??= clock.now();
      schedule();
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
