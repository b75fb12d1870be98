import type { Clock } from '../clock/clock.js';

/** The right to touch gateways, for as long as it lasts. */
export interface Tenure {
  readonly term: number;
  /** Asked synchronously right before every request and every slice of a body. */
  readonly mayTouch: () => boolean;
  /** Aborted with `fence` when the right has run out, with `shutdown` when it was laid down. */
  readonly signal: AbortSignal;
  /** Lays the right down: whatever is still in flight is cut off. */
  readonly end: (reason: 'fence' | 'shutdown') => void;
}

/**
 * A tenure that lasts while `validUntil` (monotonic ms) lies ahead. The moment moves with every renewal, so the
 * alarm that cuts off pushes in flight is set anew each time it rings too early.
 */
export function beginTenure(clock: Clock, term: number, validUntil: () => number): Tenure {
  const controller = new AbortController();
  let cancelAlarm = (): void => undefined;
  const mayTouch = (): boolean => !controller.signal.aborted && clock.now() < validUntil();
  const end = (reason: 'fence' | 'shutdown'): void => {
    cancelAlarm();
    controller.abort(reason);
  };
  const setAlarm = (): void => {
    const left = validUntil() - clock.now();
    if (left <= 0) end('fence');
    // The longest that setTimeout can wait; an unlimited tenure just rings now and then.
    else cancelAlarm = clock.after(Math.min(left, 2 ** 31 - 1), setAlarm);
  };
  setAlarm();
  return { term, mayTouch, signal: controller.signal, end };
}
