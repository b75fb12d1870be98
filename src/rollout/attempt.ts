import type { StatusAnswer } from '../gateway/answers.js';
import { afterRefusal, afterStatus, enter, serves } from '../gateway/state.js';
import type { GatewayState } from '../gateway/state.js';
import { nodeIdOf, NotYet, pauseUnlessOver } from './care.js';
import type { Care } from './care.js';
import { pushDesired } from './push.js';

const SETTLE_POLL_MIN_MS = 20;
const SETTLE_POLL_MAX_MS = 1_000;

function probe(care: Care): Promise<StatusAnswer> {
  const { member, ports } = care;
  return ports.lanes.probe(care.lane(), () =>
    care.mayBegin()
      ? care.timed(ports.settings.statusTimeoutMs, (signal) => ports.admin.status(member, signal))
      : Promise.resolve<StatusAnswer>({ kind: 'withdrawn' }),
  );
}

/** Looks again soon at first, then ever more slowly: each look after half the time waited so far. */
function settle(state: GatewayState, now: number): never {
  throw new NotYet(Math.min(SETTLE_POLL_MAX_MS, Math.max(SETTLE_POLL_MIN_MS, (now - state.since) / 2)));
}

/** A gateway that rejected a revision may take it after a restart: with a plugin more, or as a newer Kong. */
async function reconsiderRejection(care: Care): Promise<void> {
  const before = care.state().rejection?.nodeId;
  if (before === undefined) return;
  const now = await nodeIdOf(care);
  if (now === undefined || now === before) return;
  care.become({ ...care.state(), rejection: undefined });
  throw new NotYet(0);
}

/** Tells of a gateway that was in sync and is no longer, though nothing else is desired of it. */
function reportDrift(care: Care, found: string): void {
  const { member, ports } = care;
  const { phase, served } = care.state();
  const desired = ports.desired();
  if (phase !== 'in-sync' || desired === undefined || served !== desired.id) return;
  if (serves(care.state(), desired, found)) return;
  const object = member.object !== undefined && { object: member.object };
  ports.report({ kind: 'drift', gateway: member.name, ...object, expected: desired.id, found });
}

/** Acts on a hash that was just read. */
async function follow(care: Care, hash: string): Promise<void> {
  const { member, ports } = care;
  reportDrift(care, hash);
  const before = care.state();
  const desired = ports.desired();
  const { state, assessment } = afterStatus(before, hash, desired, ports.clock.now());
  care.become(state);
  switch (assessment.verdict) {
    case 'nothing-desired':
      return;
    case 'in-sync':
      if (desired !== undefined && before.served !== desired.id && before.accepted === undefined) {
        ports.report({ kind: 'push-skipped', gateway: member.name, revision: desired.id });
      }
      return;
    case 'settling':
      return settle(state, ports.clock.now());
    case 'unconfirmed':
      return care.fail(
        { code: 'unconfirmed', reason: 'it accepted the configuration, but does not show its hash' },
        undefined,
        true,
      );
    case 'rejected':
      return reconsiderRejection(care);
    case 'push':
      return pushDesired(care, assessment.checkHash, hash);
  }
}

/**
 * One look at the gateway, and what follows from it: `GET /status` first, so that a gateway on the right hash gets
 * nothing. Returns when there is nothing to do but rest; throws NotYet when there is more.
 */
export async function attempt(care: Care): Promise<void> {
  const { clock } = care.ports;
  if (care.over()) return;
  if (care.state().phase === 'unknown') care.become(enter(care.state(), 'probing', clock.now()));
  const status = await probe(care);
  switch (status.kind) {
    case 'status':
      return follow(care, status.hash);
    case 'refused':
      care.become(afterRefusal(care.state(), status.trouble, clock.now()));
      return;
    case 'busy':
    case 'failed':
      return care.fail(status.trouble, status.retryAfterMs);
    case 'unreachable':
      return care.fail(status.trouble);
    case 'withdrawn':
      pauseUnlessOver(care);
      return;
  }
}
