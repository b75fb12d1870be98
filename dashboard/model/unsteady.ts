// Gateways that are well each time one looks, and were not in between: those that restart or are changed again and again.
import type { HappeningStatus } from '../../src/server/diagnostics/status.js';

const WINDOW_MS = 10 * 60_000;
/** Once is a restart. */
const OFTEN = 2;
/** The words of report/describe-rollout.ts. */
const DRIFT = /^gateway (\S+) was on /;

/** How often each of them lost or changed its configuration lately. */
export function unsteadyGateways(
  happenings: readonly HappeningStatus[],
  now: number,
): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { event, message, at } of happenings) {
    const [, name] = (event === 'drift' && DRIFT.exec(message)) || [];
    if (name !== undefined && now - Date.parse(at) < WINDOW_MS) times.set(name, (times.get(name) ?? 0) + 1);
  }
  return new Map([...times].filter(([, count]) => count >= OFTEN));
}
