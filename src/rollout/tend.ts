import pRetry from 'p-retry';
import type { GatewayState } from '../gateway/state.js';
import { attempt } from './attempt.js';
import { createCare, NotYet } from './care.js';
import type { Care, Member, TendPorts } from './care.js';
import { createPause } from './pause.js';
import type { Pause } from './pause.js';

/** A gateway under our care. */
export interface Tended {
  readonly member: Member;
  readonly state: () => GatewayState;
  /** What is known of what goes on in it, for whoever looks after its address next. */
  readonly left: () => GatewayState;
  /** Looks at it now: it, or what is desired of it, has changed. `urgent` cuts a backoff short, too. */
  kick(urgent: boolean): void;
  /** It has left the fleet: whatever is in flight is cut off. */
  leave(): void;
  /** Resolves when nothing will touch it any more. Never rejects. */
  readonly done: Promise<void>;
}

/** The longest that a gateway with a set-up fault is left alone (ms). */
const REFUSED_CAP_MS = 5 * 60_000;

/** A bug in here must not leave a gateway behind: it is told, and the gateway tried again. */
async function guarded(care: Care, pause: Pause): Promise<void> {
  try {
    while ((await attempt(care)) === 'look-again') pause.heed(true);
  } catch (error) {
    if (error instanceof NotYet) throw error;
    care.fail({ code: 'internal', reason: error instanceof Error ? error.message : String(error) });
  }
}

/** How long a gateway that needs nothing now is left alone (ms). */
function restMs(care: Care, begunAt: number): number {
  const { clock, random, settings } = care.ports;
  const { phase, failures } = care.state();
  const holdLookMs = care.ports.holdLookMs(care.member);
  if (holdLookMs !== undefined) return holdLookMs;
  const spread = 0.9 + random() * 0.2;
  if (phase === 'refused') {
    return Math.min(REFUSED_CAP_MS, settings.resyncMs * 2 ** Math.min(failures - 1, 10)) * spread;
  }
  const vigilant = clock.now() - begunAt < settings.vigilanceMs;
  return (vigilant ? Math.min(settings.resyncMs, settings.vigilanceMs / 3) : settings.resyncMs) * spread;
}

/**
 * Brings one gateway to the desired revision, and keeps it there until the tenure ends, the fleet drains or the
 * gateway leaves. One owner, one request in flight at a time; the newest revision is the only one that waits.
 */
export function tend(member: Member, ports: TendPorts): Tended {
  const { clock, tenure } = ports;
  const begunAt = clock.now();
  const stop = new AbortController();
  const endTenure = (): void => stop.abort(tenure.signal.reason);
  tenure.signal.addEventListener('abort', endTenure, { once: true });
  if (tenure.signal.aborted) endTenure();
  const pause = createPause(clock, stop.signal);
  const care = createCare(member, ports, stop.signal, () => pause.heed(false));

  const untilNotYet = async (): Promise<void> => {
    while (!care.over()) {
      await guarded(care, pause);
      if (!care.over()) await pause.rest(restMs(care, begunAt), false);
    }
  };

  const run = (): Promise<void> =>
    pRetry(untilNotYet, {
      retries: Infinity,
      // p-retry knows no full jitter: the backoff is ours, spent here.
      minTimeout: 0,
      factor: 1,
      onFailedAttempt: async ({ error }) => {
        if (!(error instanceof NotYet)) throw error;
        if (!care.over()) await pause.rest(error.delayMs, error.stubborn);
      },
    });

  return {
    member,
    state: care.state,
    left: () => (care.state().lookedAt === undefined ? (ports.left?.() ?? care.state()) : care.state()),
    kick: pause.kick,
    leave: () => stop.abort('gone'),
    done: run().finally(() => tenure.signal.removeEventListener('abort', endTenure)),
  };
}
