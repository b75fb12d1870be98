import { EMPTY_HASH } from '../config/revision.js';
import type { Revision } from '../config/revision.js';
import type { Trouble } from '../report/happening.js';

/**
 * Where a gateway stands. `unreachable`, `rejected`, `refused` and `busy` each wait for something else: time,
 * another revision, a person, and what the gateway asked for.
 */
export type Phase =
  | 'unknown'
  | 'probing'
  | 'in-sync'
  | 'out-of-sync'
  | 'pushing'
  | 'verifying'
  | 'unreachable'
  | 'rejected'
  | 'refused'
  | 'busy';

/** A push that got no answer: Kong may be loading it, now or later. */
export interface Unsettled {
  readonly hash: string;
  readonly hashBefore: string | undefined;
  /** How long a load of it may take (ms). */
  readonly allowanceMs: number;
  /** When it may be taken for lost (monotonic ms); runs from the first answer after the cut. */
  readonly until: number | undefined;
}

/** A push that was answered with success, and that `/status` has yet to confirm. */
export interface Accepted {
  readonly revision: string;
  readonly hashBefore: string | undefined;
  /** Until when the hash may lag behind the answer (monotonic ms). */
  readonly until: number;
}

/** All that is remembered of one gateway. Times are monotonic milliseconds. */
export interface GatewayState {
  readonly phase: Phase;
  readonly since: number;
  /** The hash it last showed. */
  readonly hash: string | undefined;
  /** The revision it was last seen to serve. */
  readonly served: string | undefined;
  readonly everReached: boolean;
  /** Failures in a row. */
  readonly failures: number;
  readonly lastFailureAt: number;
  readonly trouble: Trouble | undefined;
  readonly unsettled: Unsettled | undefined;
  readonly accepted: Accepted | undefined;
  /** The revision it said no to, what it served then, and which process of it that was. */
  readonly rejection:
    { readonly revision: string; readonly hash: string | undefined; readonly nodeId?: string } | undefined;
  /** What it showed after pushes of a revision, where that was not the revision's own hash. */
  readonly strange: { readonly revision: string; readonly hash: string; readonly times: number } | undefined;
  readonly lastLoadMs: number | undefined;
}

export function newGateway(now: number): GatewayState {
  return {
    phase: 'unknown',
    since: now,
    hash: undefined,
    served: undefined,
    everReached: false,
    failures: 0,
    lastFailureAt: -Infinity,
    trouble: undefined,
    unsettled: undefined,
    accepted: undefined,
    rejection: undefined,
    strange: undefined,
    lastLoadMs: undefined,
  };
}

export function enter(state: GatewayState, phase: Phase, now: number): GatewayState {
  return phase === state.phase ? state : { ...state, phase, since: now };
}

const isEmptyRevision = (revision: Revision): boolean =>
  Object.values(revision.counts).every((count) => count === 0);

/**
 * Whether a gateway that shows `hash` serves `revision`: by its MD5; by zeros, for a revision without entities
 * (Kong 3.2 and newer); or by a strange hash that two pushes in a row have confirmed.
 */
export function serves(state: GatewayState, revision: Revision, hash: string): boolean {
  if (hash === revision.id) return true;
  if (hash === EMPTY_HASH) return isEmptyRevision(revision);
  const { strange } = state;
  return strange?.revision === revision.id && strange.hash === hash && strange.times >= 2;
}

/** What to do about a gateway that has just shown a hash. */
export type Assessment =
  | { readonly verdict: 'in-sync' }
  | { readonly verdict: 'nothing-desired' }
  /** An earlier push may still be loading, or its hash may still be on its way: look again. */
  | { readonly verdict: 'settling' }
  /** It said yes, and does not show it. */
  | { readonly verdict: 'unconfirmed' }
  /** It said no to this revision, and nothing has changed since. */
  | { readonly verdict: 'rejected' }
  | { readonly verdict: 'push'; readonly checkHash: boolean };

interface Assessed {
  readonly state: GatewayState;
  readonly assessment: Assessment;
}

/** Folds a `configuration_hash` that was just read into the state, and says what follows. */
export function afterStatus(
  state: GatewayState,
  hash: string,
  desired: Revision | undefined,
  now: number,
): Assessed {
  const seen: GatewayState = { ...state, hash, everReached: true };
  const { unsettled } = seen;
  if (unsettled !== undefined && unsettled.hash !== hash && !lostItsMemory(unsettled, hash)) {
    const until = unsettled.until ?? now + unsettled.allowanceMs;
    if (now < until) {
      const waiting = enter({ ...seen, unsettled: { ...unsettled, until } }, 'verifying', now);
      return { state: waiting, assessment: { verdict: 'settling' } };
    }
    // Taken for lost. What is committed may yet be replaced by the cut push, so a 304 would prove nothing.
    return assess({ ...seen, unsettled: undefined }, hash, desired, now, false);
  }
  return assess({ ...seen, unsettled: undefined }, hash, desired, now, true);
}

/** A gateway that served something and now serves nothing has restarted: no load of ours goes on in there. */
const lostItsMemory = (unsettled: Unsettled, hash: string): boolean =>
  hash === EMPTY_HASH && unsettled.hashBefore !== undefined && unsettled.hashBefore !== EMPTY_HASH;

function assess(
  seen: GatewayState,
  hash: string,
  desired: Revision | undefined,
  now: number,
  checkHash: boolean,
): Assessed {
  if (desired === undefined) {
    return { state: calm(enter(seen, 'unknown', now)), assessment: { verdict: 'nothing-desired' } };
  }
  const { accepted, rejection } = seen;
  if (serves(seen, desired, hash)) {
    // Without a 304 to trust, the same hash proves nothing either: push once more over what may still come.
    if (!checkHash)
      return { state: enter(seen, 'out-of-sync', now), assessment: { verdict: 'push', checkHash } };
    const synced = { ...calm(enter(seen, 'in-sync', now)), accepted: undefined, served: desired.id };
    return { state: synced, assessment: { verdict: 'in-sync' } };
  }
  if (accepted?.revision === desired.id) {
    if (now < accepted.until) {
      return { state: enter(seen, 'verifying', now), assessment: { verdict: 'settling' } };
    }
    return { state: afterUnconfirmed(seen, accepted, hash, now), assessment: { verdict: 'unconfirmed' } };
  }
  if (rejection?.revision === desired.id && rejection.hash === hash) {
    return { state: enter(seen, 'rejected', now), assessment: { verdict: 'rejected' } };
  }
  return { state: enter(seen, 'out-of-sync', now), assessment: { verdict: 'push', checkHash } };
}

/**
 * It took the push, yet shows another hash. A hash that is new is remembered, and believed after the next push
 * has led to it again; one that was there before only says that nothing has changed.
 */
function afterUnconfirmed(state: GatewayState, accepted: Accepted, hash: string, now: number): GatewayState {
  const { strange } = state;
  const again = strange?.revision === accepted.revision && strange.hash === hash;
  const unconfirmed = enter({ ...state, accepted: undefined }, 'out-of-sync', now);
  if (!again && hash === accepted.hashBefore) return unconfirmed;
  return {
    ...unconfirmed,
    strange: { revision: accepted.revision, hash, times: again ? strange.times + 1 : 1 },
  };
}

const calm = (state: GatewayState): GatewayState => ({ ...state, failures: 0, trouble: undefined });

/** After `tolerated` failures in a row a gateway is called unreachable: one late answer is not a death. */
export function afterFailure(
  state: GatewayState,
  trouble: Trouble,
  now: number,
  tolerated: number,
): GatewayState {
  const failures = state.failures + 1;
  const failed = { ...state, failures, trouble, lastFailureAt: now };
  return failures > tolerated ? enter(failed, 'unreachable', now) : failed;
}

export function afterRefusal(state: GatewayState, trouble: Trouble, now: number): GatewayState {
  return enter({ ...state, failures: state.failures + 1, trouble, lastFailureAt: now }, 'refused', now);
}

export function afterBusy(state: GatewayState, trouble: Trouble, now: number): GatewayState {
  return enter({ ...state, trouble }, 'busy', now);
}

export function afterRejection(
  state: GatewayState,
  revision: Revision,
  trouble: Trouble,
  nodeId: string | undefined,
  now: number,
): GatewayState {
  const rejection = { revision: revision.id, hash: state.hash, ...(nodeId !== undefined && { nodeId }) };
  return enter({ ...state, rejection, trouble, failures: 0 }, 'rejected', now);
}

/** A push was cut: until its load's time has passed nothing about this gateway is certain. */
export function afterUnknown(state: GatewayState, revision: Revision, allowanceMs: number): GatewayState {
  return {
    ...state,
    unsettled: { hash: revision.id, hashBefore: state.hash, allowanceMs, until: undefined },
  };
}

/** How long the hash may lag behind a successful answer (ms). */
const CONFIRM_MS = 3_000;

export function afterAccepted(
  state: GatewayState,
  revision: Revision,
  loadMs: number | undefined,
  now: number,
): GatewayState {
  const accepted = { revision: revision.id, hashBefore: state.hash, until: now + CONFIRM_MS };
  return enter({ ...state, accepted, rejection: undefined, lastLoadMs: loadMs }, 'verifying', now);
}

/**
 * How long a load may go on after we stopped waiting for it (ms). A real 3.9.3 needs about 1.6 s per MB on one
 * worker, and several times that when loads queue up.
 */
export function loadAllowanceMs(revision: Revision, lastLoadMs: number | undefined): number {
  const bySize = 5_000 + (revision.bytes.length / 1_000_000) * 6_000;
  return Math.max(bySize, 3 * (lastLoadMs ?? 0));
}
