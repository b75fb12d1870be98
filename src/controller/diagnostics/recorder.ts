import type { Clock } from '../../clock/clock.js';
import { describe } from '../../report/describe.js';
import type { Happening, ObjectRef, Report } from '../../report/happening.js';
import type { ConvergenceStatus, DriftStatus, HappeningStatus } from '../../server/diagnostics/status.js';

const HAPPENINGS = 1_000;
const CONVERGENCES = 100;
/** Drift that was longer ago is not remembered (ms), and no more than so many times. */
const DRIFT_MS = 10 * 60_000;
const DRIFTS = 50;

/** Who leads, as far as we were told. */
export interface Leader {
  readonly holder: string;
  readonly since: string;
  readonly lease?: ObjectRef;
}

/** What only happenings tell, remembered: the newest lines of the log, and what they mean for who asks later. */
export interface Recorder {
  readonly report: Report;
  /** Those after this one, oldest first. */
  readonly happenings: (after: number) => readonly HappeningStatus[];
  /** Newest first. */
  readonly convergences: () => readonly ConvergenceStatus[];
  readonly leader: () => Leader | undefined;
  readonly discoveryProblems: () => readonly string[];
  /** Of a gateway, by its name, while we lead. */
  readonly drift: (gateway: string) => DriftStatus | undefined;
}

/**
 * @param debug whether lines of that level are kept, too: they drown the others, and whoever wants them has set the log so
 */
export function createRecorder(clock: Clock, debug: boolean): Recorder {
  const ring: HappeningStatus[] = [];
  const convergences: ConvergenceStatus[] = [];
  let seq = 0;
  let leader: Leader | undefined;
  let problems: readonly string[] = [];
  /** When each gateway was found off what it had been brought to, and how the last time. */
  const drifts = new Map<
    string,
    { readonly kind: DriftStatus['kind']; readonly at: string; readonly times: readonly number[] }
  >();

  const recent = (times: readonly number[]): number[] =>
    times.filter((time) => clock.now() - time < DRIFT_MS).slice(-DRIFTS);

  const keep = (happening: Happening, at: string): void => {
    const { level, message } = describe(happening);
    if (level === 'trace' || (level === 'debug' && !debug)) return;
    seq += 1;
    ring.push({ seq, at, level, event: happening.kind, message });
    // In one go, once in a while: taking one off the front of a long list is dear.
    if (ring.length >= 2 * HAPPENINGS) ring.splice(0, ring.length - HAPPENINGS);
  };

  const learn = (happening: Happening, at: string): void => {
    switch (happening.kind) {
      case 'leader-elected':
        leader = { holder: happening.identity, since: at, lease: happening.lease };
        return;
      case 'leader-observed': {
        const lease = leader?.lease;
        const { holder } = happening;
        leader = holder === '' ? undefined : { holder, since: at, ...(lease !== undefined && { lease }) };
        return;
      }
      case 'leadership-lost':
      case 'lease-released':
        leader = undefined;
        drifts.clear();
        return;
      case 'drift': {
        const { gateway, cause } = happening;
        const times = [...recent(drifts.get(gateway)?.times ?? []), clock.now()];
        drifts.set(gateway, { kind: cause, at, times });
        return;
      }
      case 'gateway-left':
        drifts.delete(happening.gateway);
        return;
      case 'discovery-changed':
        ({ problems } = happening);
        return;
      case 'converged': {
        const { revision, gateways, durationMs, cause } = happening;
        // Gateways that came back, or came up, say nothing about how long a change takes.
        if (cause !== 'config') return;
        convergences.unshift({ at, revision, gateways, durationMs: Math.round(durationMs) });
        convergences.length = Math.min(convergences.length, CONVERGENCES);
        return;
      }
      default:
    }
  };

  return {
    report(happening) {
      const at = clock.wall().toISOString();
      keep(happening, at);
      learn(happening, at);
    },
    happenings(after) {
      // They are numbered without gaps.
      const first = Math.max(ring.length - HAPPENINGS, 0);
      return ring.slice(Math.max(first, ring.length - Math.max(0, seq - after)));
    },
    convergences: () => convergences,
    leader: () => leader,
    discoveryProblems: () => problems,
    drift(gateway) {
      const known = drifts.get(gateway);
      const times = recent(known?.times ?? []).length;
      return known === undefined || times === 0 ? undefined : { kind: known.kind, at: known.at, times };
    },
  };
}
