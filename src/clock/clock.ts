/** Time as a parameter: the same code runs on the system clock and under a simulator's virtual one. */
export interface Clock {
  /** Monotonic milliseconds. It keeps counting while the process is stopped; only differences mean anything. */
  now(): number;
  /** The wall clock: to be written into Leases, Events and logs, never to be compared. */
  wall(): Date;
  /** Runs `fn` once, `ms` milliseconds from now, unless the returned function is called first. */
  after(ms: number, fn: () => void): () => void;
}

/** Uniform random numbers in [0, 1), passed in where logic depends on chance. */
export type Random = () => number;

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => new Date(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Waits `ms` milliseconds, or until `signal` is aborted, whichever comes first. Never rejects: whoever
 * cares why it woke asks the signal.
 */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const wake = (): void => {
      cancel();
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.after(ms, wake);
    signal?.addEventListener('abort', wake, { once: true });
  });
}
