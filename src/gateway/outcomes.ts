import type { Revision } from '../config/revision.js';
import type { Trouble } from '../report/happening.js';
import type { KongNode } from './node.js';
import { enter } from './state.js';
import type { GatewayState, Load } from './state.js';

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
