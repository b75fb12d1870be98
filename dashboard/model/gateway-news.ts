// What the happenings tell of single gateways, and their status does not.
import type { HappeningStatus } from '../../src/server/diagnostics/status.js';

const WINDOW_MS = 10 * 60_000;
/** Fewer are restarts: three within ten minutes are called contested by the controller, too. */
const OFTEN = 3;
/** The words of report/describe-rollout.ts. */
const DRIFT = /^gateway (\S+) was on /;
const REFUSAL = /^gateway (\S+)(?: \(Kong [^)]*\))? rejected [0-9a-f]+, [^:]+: (.+)$/;

/** How often gateways lost or changed their configuration lately: those that did again and again. */
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

/** What Kong said last of a configuration that it rejected, on the lines of the sources, by gateway. */
export function refusalsOf(happenings: readonly HappeningStatus[]): ReadonlyMap<string, string> {
  const said = happenings.flatMap(({ event, message }) => {
    const [, name, words] = (event === 'revision-refused' && REFUSAL.exec(message)) || [];
    return name === undefined || words === undefined ? [] : [[name, words] as const];
  });
  return new Map(said);
}
