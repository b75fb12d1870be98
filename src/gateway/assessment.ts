import { EMPTY_HASH } from '../config/revision.js';
import type { Revision } from '../config/revision.js';
import { calm, enter } from './state.js';
import type { Accepted, GatewayState, Unsettled } from './state.js';

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
