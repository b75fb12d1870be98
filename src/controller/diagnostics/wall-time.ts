import type { Clock } from '../../clock/clock.js';

/** The wall clock may have been set by more than this since we looked (ms). */
const STEP_MS = 1_000;

/**
 * Monotonic milliseconds as ISO 8601. The same moment gives the same text each time, unless the wall clock was set: the two
 * clocks are compared once, for each comparison comes out a little different.
 */
export function wallTime(clock: Clock): (monotonic: number) => string {
  const difference = (): number => clock.wall().getTime() - clock.now();
  let offset = difference();
  return (monotonic) => {
    const now = difference();
    if (Math.abs(now - offset) > STEP_MS) offset = now;
    return new Date(offset + monotonic).toISOString();
  };
}
