import type { RequestRecord, Violation } from '../../../src/emulator/kong/server/journal.js';

/** What one gateway saw of everybody. */
export interface GatewayLog {
  readonly name: string;
  readonly requests: readonly RequestRecord[];
  readonly violations: readonly Violation[];
}

/** A replica's process was stopped (SIGSTOP): what it had on the wire by then, the network went on to deliver. */
export interface Pause {
  /** The pod's name. */
  readonly replica: string;
  readonly at: number;
}

/** One push, with the tenure (a replica's process and its term) that made it. */
interface Push {
  readonly tenure: string;
  readonly replica: string;
  readonly from: number;
  /** Never, for a request that is still open. */
  readonly to: number;
}

/** `silverback/1.2.3 (pod-name_uuid; term 4)`. */
const USER_AGENT = /^silverback\/\S+ \((([^_]+)_[^;]+; term \d+)\)$/;

function pushesOf({ name, requests }: GatewayLog): Push[] {
  return requests
    .filter(({ method, path }) => method === 'POST' && path === '/config')
    .map(({ headers, at, endedAt }) => {
      const [, tenure, replica] = USER_AGENT.exec(headers.userAgent ?? '') ?? [];
      if (tenure === undefined || replica === undefined)
        throw new Error(`${name}: a push by "${headers.userAgent ?? ''}", which names no tenure`);
      return { tenure, replica, from: at, to: endedAt ?? Infinity };
    })
    .sort((a, b) => a.from - b.from);
}

/** Whether a push was on the wire when its process was stopped, and the other one began after that. */
function excused(push: Push, other: Push, pauses: readonly Pause[]): boolean {
  return pauses.some(({ replica, at }) => replica === push.replica && push.from <= at && other.from >= at);
}

function* breachesAt(log: GatewayLog, pauses: readonly Pause[]): Generator<string> {
  const ended = new Set<string>();
  const seen: Push[] = [];
  for (const push of pushesOf(log)) {
    if (ended.has(push.tenure))
      yield `${log.name}: ${push.tenure} began a push at ${push.from.toFixed(0)} after a later tenure had`;
    for (const other of seen) {
      if (other.tenure === push.tenure) continue;
      ended.add(other.tenure);
      if (other.to > push.from && !excused(other, push, pauses))
        yield (
          `${log.name}: ${push.tenure} began a push at ${push.from.toFixed(0)} while one of ${other.tenure} was in progress, ` +
          `from ${other.from.toFixed(0)} to ${other.to.toFixed(0)}`
        );
    }
    seen.push(push);
  }
  for (const { text } of log.violations) yield `${log.name}: ${text}`;
}

/**
 * What must hold whatever happened, told by the gateways' own logs: no two tenures had a push in progress at one gateway
 * (beyond what a stopped process already had on the wire), none began one after a later tenure had, no loads overlapped.
 *
 * @returns a sentence for each breach
 * @throws Error when a push does not say whose it is
 */
export function breachesIn(logs: readonly GatewayLog[], pauses: readonly Pause[] = []): string[] {
  return logs.flatMap((log) => [...breachesAt(log, pauses)]);
}
