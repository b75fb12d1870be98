import type { Revision } from '../config/revision.js';
import type { Report } from '../report/happening.js';
import type { Proven } from './standing.js';

/** A fleet that is held still by one canary after the other gets what was proven by then after this long (ms). */
const PATIENCE_MS = 30_000;

/** How long the fleet has waited for what is desired, and what it gets meanwhile. */
export interface Overdue {
  /** The fleet may not be on what is desired. */
  readonly lag: (now: number) => void;
  /** It is. */
  readonly caughtUp: () => void;
  /** Forgets all but that the fleet lags from now on. */
  readonly begin: (now: number) => void;
  /** What everyone who proved it gets, though a newer one is desired. */
  readonly released: () => Proven | undefined;
  /**
   * Releases what was proven, or takes it back.
   * @param waiting whether what is desired has yet to be proven
   * @param isDone whether nobody waits for what was released any more
   */
  readonly step: (
    now: number,
    waiting: boolean,
    proven: Proven | undefined,
    isDone: (revision: Revision) => boolean,
  ) => void;
  /** When `proven` would be released (monotonic ms). */
  readonly dueAt: (proven: Proven | undefined) => number;
}

export function createOverdue(report: Report): Overdue {
  let laggingSince: number | undefined;
  let released: Proven | undefined;

  return {
    lag(now) {
      laggingSince ??= now;
    },
    caughtUp() {
      laggingSince = undefined;
    },
    begin(now) {
      laggingSince = now;
      released = undefined;
    },
    released: () => released,
    step(now, waiting, proven, isDone) {
      if (!waiting) released = undefined;
      else if (released !== undefined) {
        if (!isDone(released.revision)) return;
        released = undefined;
        laggingSince = now;
      } else if (proven !== undefined && laggingSince !== undefined && now - laggingSince >= PATIENCE_MS) {
        released = proven;
        report({ kind: 'rollout-overdue', revision: proven.revision.id, waitedMs: now - laggingSince });
      }
    },
    dueAt: (proven) =>
      released === undefined && proven !== undefined ? (laggingSince ?? Infinity) + PATIENCE_MS : Infinity,
  };
}
