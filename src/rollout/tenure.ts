import { setMaxListeners } from 'node:events';

/** The right to touch gateways, for as long as it lasts. */
export interface Tenure {
  readonly term: number;
  /** Asked synchronously right before every request and every slice of a body. May be false for a moment and true again. */
  readonly mayTouch: () => boolean;
  /** Aborted when the tenure is over for good: with `fence` when it was lost, with `shutdown` when it was laid down. */
  readonly signal: AbortSignal;
  /** Ends it: whatever is still in flight is cut off. */
  readonly end: (reason: 'fence' | 'shutdown') => void;
}

/** @param holds whether we may touch gateways at this very moment, e.g. whether the lease is still valid */
export function beginTenure(term: number, holds: () => boolean): Tenure {
  const controller = new AbortController();
  const { signal } = controller;
  // Every gateway listens: that many are no leak.
  setMaxListeners(0, signal);
  return {
    term,
    mayTouch: () => !signal.aborted && holds(),
    signal,
    end: (reason) => controller.abort(reason),
  };
}
