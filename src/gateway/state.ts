import type { Revision } from '../config/revision.js';
import type { Trouble } from '../report/happening.js';
import type { Phase } from '../report/phases.js';
import type { KongNode } from './node.js';

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

/** Nothing is wrong with it any more. */
export const calm = (state: GatewayState): GatewayState => ({
  ...state,
  failures: 0,
  pushFailures: 0,
  trouble: undefined,
});
