import type { StatusAnswer } from '../gateway/answers.js';
import { afterPredecessor, enter } from '../gateway/state.js';
import { afterRefusal } from '../gateway/outcomes.js';
import { afterStatus } from '../gateway/assessment.js';
import type { Order } from '../gateway/assessment.js';
import type { GatewayState } from '../gateway/state.js';
import { nodeOf, NotYet, pauseUnlessOver } from './care.js';
import type { Care, Next } from './care.js';
import { expectedInstead, holdRepair, tellOfDrift } from './drift.js';
import { getToKnow } from './get-to-know.js';
import { pushOrdered } from './push.js';

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
async function reconsiderRejection(care: Care): Promise<Next> {
  const before = care.state().rejection?.nodeId;
  if (before === undefined) return 'rest';
  const node = await nodeOf(care);
  if (node === undefined || node.id === before) return 'rest';
  care.become({ ...care.state(), rejection: undefined, node });
  return 'look-again';
}

const isCanary = ({ member, ports }: Care): boolean => ports.holdLookMs(member) !== undefined;

/** It serves what it should: now it matters what its users get. */
async function examine(care: Care): Promise<void> {
  const { member, ports } = care;
  const check = ports.smoke;
  if (check === undefined) return;
  const trouble = await care.timed(ports.settings.statusTimeoutMs, (signal) => check(member, signal));
  if (!care.over()) ports.onSmoke(member, trouble);
}

/** Whether a push of ours is to be seen. */
const isAwaited = ({ accepted, unsettled }: GatewayState): boolean =>
  accepted !== undefined || unsettled !== undefined;

/** Acts on a hash that was just read. */
async function follow(care: Care, hash: string): Promise<Next> {
  const { member, ports } = care;
  if (care.state().lookedAt === undefined && ports.left !== undefined) {
    care.become(afterPredecessor(care.state(), ports.left()));
  }
  // What is wanted of it may hang on what it shows: an empty one is not kept waiting.
  const wanted = (): Order => ports.order(member, { ...care.state(), hash });
  let order = wanted();
  const expected = expectedInstead(care, hash, order);
  if (expected !== undefined) {
    await tellOfDrift(care, hash, expected);
    order = wanted();
  }
  const before = care.state();
  const { state, assessment } = afterStatus(before, hash, order, ports.clock.now());
  care.become(state);
  switch (assessment.verdict) {
    case 'nothing-desired':
      return 'rest';
    case 'in-sync':
      if (state.served !== undefined && before.served !== state.served && !isAwaited(before)) {
        ports.report({ kind: 'push-skipped', gateway: member.name, revision: state.served });
      }
      if (isCanary(care)) await examine(care);
      return getToKnow(care, before.phase === 'in-sync');
    case 'waiting':
      return getToKnow(care, false);
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
      // A process that has just begun may be of another kind than the one before.
      if (care.order().load === undefined) return getToKnow(care, false);
      if (holdRepair(care)) return 'rest';
      return pushOrdered(care, assessment.checkHash, hash);
  }
}

/**
 * One look at the gateway, and what follows from it: `GET /status` first, so that a gateway on the right hash gets
 * nothing. Throws NotYet when there is more to do later.
 */
export async function attempt(care: Care): Promise<Next> {
  const { clock } = care.ports;
  if (care.over()) return 'rest';
  if (care.state().phase === 'unknown') care.become(enter(care.state(), 'probing', clock.now()));
  const status = await probe(care);
  switch (status.kind) {
    case 'status':
      care.shown();
      return follow(care, status.hash);
    case 'refused':
      care.become(afterRefusal(care.state(), status.trouble, clock.now()));
      return 'rest';
    case 'busy':
    case 'failed':
      return care.fail(status.trouble, status.retryAfterMs);
    case 'unreachable':
      return care.fail(status.trouble);
    case 'withdrawn':
      pauseUnlessOver(care);
      return 'rest';
  }
}
