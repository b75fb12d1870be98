import { EMPTY_HASH } from '../config/revision.js';
import type { Revision } from '../config/revision.js';
import type { Trouble } from '../report/happening.js';
import type { KongNode } from './node.js';

/**
 * Where a gateway stands. `unreachable`, `rejected`, `refused` and `busy` each wait for something else: time,
 * another revision, a person, and what the gateway asked for.
 */
export const PHASES = [
  'unknown',
  'probing',
  'in-sync',
  'out-of-sync',
  'pushing',
  'verifying',
  'unreachable',
  'rejected',
  'refused',
  'busy',
] as const;

export type Phase = (typeof PHASES)[number];

/** A push that got no answer: Kong may be loading it, now or later. */
export interface Unsettled {
  readonly hash: string;
  readonly hashBefore: string | undefined;
  readonly sentAt: number;
  /** How long a load of it may take (ms). */
  readonly allowanceMs: number;
  /** When it may be taken for lost (monotonic ms); runs from the first answer after the cut. */
  readonly until: number | undefined;
}

/** A push that was answered with success, and that `/status` has yet to confirm. */
export interface Accepted {
  readonly revision: Revision;
  readonly hashBefore: string | undefined;
  /** Until when the hash may lag behind the answer (monotonic ms). */
  readonly until: number;
}

/** A load that is over, as far as we saw it. */
export interface Load {
  readonly endedAt: number;
  readonly durationMs: number;
}

/** A change of what a gateway serves that was not ours. */
export interface Drift {
  /** `empty`: after a restart; `file`: loaded at its start; `older`: a revision of ours; `foreign`: somebody else's. */
  readonly kind: 'empty' | 'file' | 'older' | 'foreign';
  readonly hash: string;
  /** The revision that it should have served. */
  readonly expected: string;
  readonly at: number;
  /** How often this has happened since. */
  readonly times: number;
  readonly since: number;
}

/** All that is remembered of one gateway. Times are monotonic milliseconds. */
export interface GatewayState {
  readonly phase: Phase;
  readonly since: number;
  /** The hash it last showed. */
  readonly hash: string | undefined;
  /** The revision it was last seen to serve. */
  readonly served: string | undefined;
  /** When it last answered `GET /status`. */
  readonly lookedAt: number | undefined;
  readonly everReached: boolean;
  /** Failures in a row. */
  readonly failures: number;
  /** How many of them were Kong's answers to pushes. */
  readonly pushFailures: number;
  readonly lastFailureAt: number;
  readonly trouble: Trouble | undefined;
  readonly unsettled: Unsettled | undefined;
  readonly accepted: Accepted | undefined;
  /** The revision it said no to, what it served then, and which process of it that was. */
  readonly rejection:
    { readonly revision: string; readonly hash: string | undefined; readonly nodeId?: string } | undefined;
  /** What it showed after pushes of a revision, where that was not the revision's own hash. */
  readonly strange: { readonly revision: string; readonly hash: string; readonly times: number } | undefined;
  readonly lastLoad: Load | undefined;
  readonly drift: Drift | undefined;
  /** Which process of Kong it is, and of what version; read when somebody needs it. */
  readonly node: KongNode | undefined;
  /** How many times in a row it did not tell. */
  readonly nodeMisses: number;
}

export function newGateway(now: number): GatewayState {
  return {
    phase: 'unknown',
    since: now,
    hash: undefined,
    served: undefined,
    lookedAt: undefined,
    everReached: false,
    failures: 0,
    pushFailures: 0,
    lastFailureAt: -Infinity,
    trouble: undefined,
    unsettled: undefined,
    accepted: undefined,
    rejection: undefined,
    strange: undefined,
    lastLoad: undefined,
    drift: undefined,
    node: undefined,
    nodeMisses: 0,
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

/** What is wanted of one gateway now. */
export interface Order {
  /** What it may load. */
  readonly load: Revision | undefined;
  /** What it may go on serving; on one of these it is in sync. */
  readonly fine: readonly Revision[];
}

/** What to do about a gateway that has just shown a hash. */
export type Assessment =
  | { readonly verdict: 'in-sync' }
  | { readonly verdict: 'nothing-desired' }
  /** It serves something else than it should, and may load nothing now. */
  | { readonly verdict: 'waiting' }
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

/**
 * Takes over what somebody who looked after the same address left behind there: a load that may still go on, and how long
 * the last one took.
 */
export function afterPredecessor(
  state: GatewayState,
  { unsettled, lastLoad }: Pick<GatewayState, 'unsettled' | 'lastLoad'>,
): GatewayState {
  return { ...state, unsettled, lastLoad };
}

/** Folds a `configuration_hash` that was just read into the state, and says what follows. */
export function afterStatus(state: GatewayState, hash: string, order: Order, now: number): Assessed {
  const seen: GatewayState = { ...(isNewborn(state, hash) ? newborn(state) : state), hash, lookedAt: now };
  const { unsettled } = seen;
  if (unsettled === undefined || lostItsMemory(unsettled, hash)) {
    return assess({ ...seen, unsettled: undefined }, hash, order, now, true);
  }
  // What showed before the push, too, proves nothing: a push before it may still be loading (it went without check_hash).
  if (unsettled.hash === hash && unsettled.hashBefore !== hash) {
    const durationMs = Math.min(now - unsettled.sentAt, unsettled.allowanceMs);
    const lastLoad = { endedAt: now, durationMs };
    return assess({ ...seen, unsettled: undefined, lastLoad }, hash, order, now, true);
  }
  const until = unsettled.until ?? now + unsettled.allowanceMs;
  if (now < until) {
    const waiting = enter({ ...seen, unsettled: { ...unsettled, until } }, 'verifying', now);
    return { state: waiting, assessment: { verdict: 'settling' } };
  }
  // Taken for lost. What is committed may yet be replaced by the cut push, so a 304 would prove nothing.
  return assess(seen, hash, order, now, false);
}

/** A process that has just begun: it shows nothing, and was not there before or showed something then. */
const isNewborn = (state: GatewayState, hash: string): boolean =>
  !state.everReached || (hash === EMPTY_HASH && state.hash !== EMPTY_HASH);

/** What went wrong before its time says nothing about it. */
const newborn = (state: GatewayState): GatewayState => ({
  ...state,
  everReached: true,
  failures: 0,
  pushFailures: 0,
  lastFailureAt: -Infinity,
  node: undefined,
});

/** A gateway that served something and now serves nothing has restarted: no load of ours goes on in there. */
const lostItsMemory = ({ hashBefore }: Unsettled | Accepted, hash: string): boolean =>
  hash === EMPTY_HASH && hashBefore !== undefined && hashBefore !== EMPTY_HASH;

function assess(
  seen: GatewayState,
  hash: string,
  { load, fine }: Order,
  now: number,
  checkHash: boolean,
): Assessed {
  if (load === undefined && fine.length === 0) {
    return { state: calm(enter(seen, 'unknown', now)), assessment: { verdict: 'nothing-desired' } };
  }
  const { accepted, rejection } = seen;
  const settled =
    accepted !== undefined && (serves(seen, accepted.revision, hash) || lostItsMemory(accepted, hash));
  const known = settled ? { ...seen, accepted: undefined } : seen;
  const served = fine.find((revision) => serves(known, revision, hash));
  // Without a 304 to trust, the same hash proves nothing either: push once more over what may still come.
  if (served !== undefined && (checkHash || load === undefined)) {
    const synced = { ...calm(enter(known, 'in-sync', now)), accepted: undefined, served: served.id };
    return { state: synced, assessment: { verdict: 'in-sync' } };
  }
  if (load === undefined) {
    return { state: calm(enter(known, 'out-of-sync', now)), assessment: { verdict: 'waiting' } };
  }
  if (!settled && accepted?.revision.id === load.id) {
    if (now < accepted.until) {
      return { state: enter(seen, 'verifying', now), assessment: { verdict: 'settling' } };
    }
    return { state: afterUnconfirmed(seen, accepted, hash, now), assessment: { verdict: 'unconfirmed' } };
  }
  if (rejection?.revision === load.id && rejection.hash === hash) {
    return { state: enter(known, 'rejected', now), assessment: { verdict: 'rejected' } };
  }
  return { state: enter(known, 'out-of-sync', now), assessment: { verdict: 'push', checkHash } };
}

/**
 * It took the push, yet shows another hash. A hash that is new is remembered, and believed after the next push
 * has led to it again; one that was there before only says that nothing has changed.
 */
function afterUnconfirmed(state: GatewayState, accepted: Accepted, hash: string, now: number): GatewayState {
  const { strange } = state;
  const { id } = accepted.revision;
  const again = strange?.revision === id && strange.hash === hash;
  const unconfirmed = enter({ ...state, accepted: undefined }, 'out-of-sync', now);
  if (!again && hash === accepted.hashBefore) return unconfirmed;
  return {
    ...unconfirmed,
    strange: { revision: id, hash, times: again ? strange.times + 1 : 1 },
  };
}

const calm = (state: GatewayState): GatewayState => ({
  ...state,
  failures: 0,
  pushFailures: 0,
  trouble: undefined,
});

/** After `tolerated` failures in a row a gateway is called unreachable: one late answer is not a death. */
export function afterFailure(
  state: GatewayState,
  trouble: Trouble,
  now: number,
  tolerated: number,
  pushFailed = false,
): GatewayState {
  const failures = state.failures + 1;
  const pushFailures = state.pushFailures + Number(pushFailed);
  const failed = { ...state, failures, pushFailures, trouble, lastFailureAt: now };
  return failures > tolerated ? enter(failed, 'unreachable', now) : failed;
}

export function afterRefusal(state: GatewayState, trouble: Trouble, now: number): GatewayState {
  return enter({ ...state, failures: state.failures + 1, trouble, lastFailureAt: now }, 'refused', now);
}

/** It loads something else: if that is a push of ours of unknown outcome, that one is to be waited for anew. */
export function afterBusy(state: GatewayState, trouble: Trouble, now: number): GatewayState {
  const { unsettled } = state;
  const waiting = unsettled === undefined ? undefined : { ...unsettled, until: undefined };
  return enter({ ...state, trouble, unsettled: waiting }, 'busy', now);
}

export function afterRejection(
  state: GatewayState,
  revision: Revision,
  trouble: Trouble,
  node: KongNode | undefined,
  now: number,
): GatewayState {
  const nodeId = node?.id;
  const rejection = { revision: revision.id, hash: state.hash, ...(nodeId !== undefined && { nodeId }) };
  return enter(
    { ...state, rejection, trouble, failures: 0, pushFailures: 0, node: node ?? state.node },
    'rejected',
    now,
  );
}

/** A push was cut: until its load's time has passed nothing about this gateway is certain. */
export function afterUnknown(
  state: GatewayState,
  revision: Revision,
  sentAt: number,
  allowanceMs: number,
): GatewayState {
  return {
    ...state,
    unsettled: { hash: revision.id, hashBefore: state.hash, sentAt, allowanceMs, until: undefined },
  };
}

/** How long the hash may lag behind a successful answer (ms). */
const CONFIRM_MS = 3_000;

/** @param load the load that this was; `undefined` where the gateway had it already */
export function afterAccepted(
  state: GatewayState,
  revision: Revision,
  load: Load | undefined,
  now: number,
): GatewayState {
  const accepted = { revision, hashBefore: state.hash, until: now + CONFIRM_MS };
  const { rejection } = state;
  return enter(
    {
      ...state,
      // Whatever was under way there before has been loaded over.
      unsettled: undefined,
      accepted,
      rejection: rejection?.revision === revision.id ? undefined : rejection,
      lastLoad: load ?? state.lastLoad,
    },
    'verifying',
    now,
  );
}

/** A gateway rests this many times as long as its last load took before it loads again. */
const REST_FACTOR = 4;

/** How long it must still rest before its next load (ms): a load costs its users; one that serves nothing has none. */
export function restLeftMs({ hash, lastLoad }: GatewayState, now: number): number {
  if (hash === EMPTY_HASH || lastLoad === undefined) return 0;
  return Math.max(0, lastLoad.endedAt + REST_FACTOR * lastLoad.durationMs - now);
}

/**
 * How long a load may go on after we stopped waiting for it (ms). A real 3.9.3 needs about 1.6 s per MB on one
 * worker, and several times that when loads queue up.
 */
export function loadAllowanceMs(revision: Revision, lastLoadMs: number | undefined): number {
  const bySize = 5_000 + (revision.bytes.length / 1_000_000) * 6_000;
  return Math.max(bySize, 3 * (lastLoadMs ?? 0));
}
