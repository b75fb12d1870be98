import type { Clock } from '../../clock/clock.js';

/** A signal that aborts when time is up, or with the caller's own signal. To be closed when the work is done. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Clock milliseconds. */
  readonly at: number;
  /** True when time was up, false when the caller aborted (or nothing happened yet). */
  expired(): boolean;
  /** No time limit any more; the caller's signal still counts. */
  lift(): void;
  /** Ends the deadline, and with it whatever still listens to its signal. */
  close(): void;
}

/**
 * Starts a deadline `ms` milliseconds from now. Not `AbortSignal.any` and `AbortSignal.timeout`: those run on real time, and
 * on Node 20 a long-lived signal keeps every `any` made from it.
 */
export function startDeadline(clock: Clock, ms: number, signal?: AbortSignal): Deadline {
  const controller = new AbortController();
  let expired = false;
  const lift = clock.after(ms, () => {
    expired = true;
    controller.abort();
  });
  const follow = (): void => controller.abort();
  if (signal?.aborted === true) follow();
  else signal?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    at: clock.now() + ms,
    expired: () => expired,
    lift,
    close() {
      lift();
      signal?.removeEventListener('abort', follow);
      controller.abort();
    },
  };
}

/** Settles as `work` does, or rejects as soon as `signal` aborts; whatever `work` still does is then ignored. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('aborted'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
