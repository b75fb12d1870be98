import type { Clock } from '../clock/clock.js';

/** What part of the quiet time goes by before it begins, and what part of it a run may take for it to be worth its while. */
const BEGIN_AFTER = 0.25;
const WORTH_WHILE = 0.5;

export interface WarmUp {
  /** Something has changed. */
  readonly changed: () => void;
  /**
   * Runs what counts, once no warm-up is under way. Neither may reject.
   * @param run is given how long the warm-up took (ms), 0 without one
   */
  readonly followedBy: (run: (warmUpMs: number) => Promise<void>) => Promise<void>;
  readonly stop: () => void;
}

/**
 * Does the work once while it is still waited for changes to be quiet; whoever does it remembers what came of it, so that little is
 * left for the run that counts. At most one for each run that counts, never beside it, and only where the last one was short: nobody
 * is to wait for a long one that was begun in vain.
 */
export function createWarmUp(clock: Clock, quietMs: number, warmUp: () => Promise<unknown>): WarmUp {
  /** How long it took last, when nothing was ready for it. */
  let coldMs = Infinity;
  let begun: Promise<number> | undefined;
  let running = false;
  let cancel = (): void => undefined;

  const begin = async (): Promise<number> => {
    const startedAt = clock.now();
    // What fails is said when it counts.
    await warmUp().catch(() => undefined);
    coldMs = clock.now() - startedAt;
    return coldMs;
  };

  return {
    changed() {
      cancel();
      if (running || begun !== undefined || coldMs > quietMs * WORTH_WHILE) return;
      cancel = clock.after(quietMs * BEGIN_AFTER, () => {
        begun = begin();
      });
    },
    async followedBy(run) {
      running = true;
      cancel();
      const warmUpMs = (await begun) ?? 0;
      const startedAt = clock.now();
      await run(warmUpMs);
      if (begun === undefined) coldMs = clock.now() - startedAt;
      begun = undefined;
      running = false;
    },
    stop: () => cancel(),
  };
}
