/**
 * The election as a pure function: what was observed, when, and what to do next. client-go's rules (the record is timed by our own
 * monotonic clock since we saw it change; writes carry the version that was read) and some beyond them:
 *
 * - a leader's time counts from before the request that renewed it was sent;
 * - a leader that reads anything but its own record leads no longer, at once;
 * - a Lease that is gone, or lost its holder without a release, may still have a leader who has not noticed: a candidate
 *   waits a whole lease, while a leader inside its time creates it again;
 * - a record is ours by identity and by the acquireTime that this process wrote, so two processes with one name are two.
 */
import {
  durationMsOf,
  isReleased,
  microTime,
  nextTransition,
  recordOf,
  type Lease,
  type LeaseClaim,
} from './lease.js';
import { JITTER, type ElectionTimes } from './settings.js';

export interface ElectionState {
  /** The Lease as last read or written; undefined before the first look. */
  readonly seen: Lease | 'absent' | undefined;
  /** When it was last looked at. */
  readonly seenAt: number;
  /** What was read is known to be outdated, or there is a hint that it is. */
  readonly mustRead: boolean;
  /** A watch has seen a Lease, though we never read one. */
  readonly heardOf: boolean;
  /** Until then an earlier holder may believe that it leads. */
  readonly guardUntil: number;
  /** How long the last live holder's Lease lasts; how long a Lease without a record is taken to last. */
  readonly lastDurationMs: number;
  /** Leading while now < validUntil. */
  readonly validUntil: number;
  /** What this process wrote, or meant to write, when it took the Lease: the mark of its own records. */
  readonly acquireTime: string | undefined;
  /** leaseTransitions as last seen: goes on counting when a Lease is created again. */
  readonly transitions: number | undefined;
  /** No request before then. */
  readonly notBefore: number;
  /** A holder's next renewal, or a candidate's next look. */
  readonly dueAt: number;
  /** Writes refused in a row. */
  readonly refusals: number;
}

export type Observation =
  | { readonly kind: 'woke' }
  | { readonly kind: 'read'; readonly lease: Lease | undefined }
  | { readonly kind: 'wrote'; readonly lease: Lease; readonly requestedAt: number }
  /** 409, or 404 of an update: not applied, and what we knew is outdated. */
  | { readonly kind: 'refused' }
  /** Whether a write was applied is unknown. */
  | { readonly kind: 'failed'; readonly requestedAt: number; readonly retryAfterMs?: number | undefined }
  /** A watch saw this version; undefined when it saw the Lease deleted. It may be old news: a reason to look. */
  | { readonly kind: 'hinted'; readonly version: string | undefined };

export type Action =
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'read'; readonly timeoutMs: number }
  | { readonly kind: 'create'; readonly claim: LeaseClaim; readonly timeoutMs: number }
  | {
      readonly kind: 'update';
      readonly lease: Lease;
      readonly claim: LeaseClaim;
      readonly timeoutMs: number;
    };

export interface Moment {
  /** Monotonic ms. */
  readonly now: number;
  /** Written, never compared. */
  readonly wall: Date;
  /** Uniform in [0, 1). */
  readonly chance: number;
}

export interface Candidate extends ElectionTimes {
  readonly identity: string;
  /** Something else than the Lease tells that there were leaders: where it is gone, somebody deleted it. */
  readonly ledBefore?: boolean;
}

/** A claim that is refused again and again (somebody else keeps writing) is paced by this share of the retry period. */
const REFUSED_SHARE = 0.25;
/** Looks that hints cause are at least this share of the retry period apart. */
const HINTED_SHARE = 0.05;
/** What was seen vacant is known to be so for this share of the lease; after that, somebody may have come and gone. */
const VACANCY_SHARE = 0.5;

export function initialState(): ElectionState {
  return {
    seen: undefined,
    seenAt: -Infinity,
    mustRead: true,
    heardOf: false,
    guardUntil: -Infinity,
    lastDurationMs: 0,
    validUntil: -Infinity,
    acquireTime: undefined,
    transitions: undefined,
    notBefore: -Infinity,
    dueAt: -Infinity,
    refusals: 0,
  };
}

/** What is known after `observation`, and what to do now. */
export function step(
  state: ElectionState,
  observation: Observation,
  moment: Moment,
  candidate: Candidate,
): { readonly state: ElectionState; readonly action: Action } {
  const observed = observe(state, observation, moment, candidate);
  const action = decide(observed, moment, candidate);
  const claims = action.kind === 'create' || action.kind === 'update';
  return { state: claims ? { ...observed, acquireTime: action.claim.acquireTime } : observed, action };
}

/** The Lease that was last seen, when it is this process's own, in its time or not. */
export function ownLease(state: ElectionState, identity: string): Lease | undefined {
  return typeof state.seen === 'object' && isOwn(state, state.seen, identity) ? state.seen : undefined;
}

function holds(state: ElectionState, { identity }: Candidate): boolean {
  return ownLease(state, identity) !== undefined;
}

function observe(
  state: ElectionState,
  observation: Observation,
  moment: Moment,
  candidate: Candidate,
): ElectionState {
  const { now } = moment;
  switch (observation.kind) {
    case 'woke':
      return state;
    case 'read':
      return sawLease(state, observation.lease, moment, candidate);
    case 'wrote': {
      const seen = sawLease(state, observation.lease, moment, candidate);
      if (!holds(seen, candidate)) return seen;
      return {
        ...seen,
        validUntil: observation.requestedAt + candidate.renewDeadlineMs,
        dueAt: observation.requestedAt + candidate.retryPeriodMs,
        refusals: 0,
      };
    }
    case 'refused': {
      const refusals = state.refusals + 1;
      const pause = candidate.retryPeriodMs * REFUSED_SHARE * (1 + moment.chance);
      return { ...state, mustRead: true, refusals, notBefore: refusals > 1 ? now + pause : now };
    }
    case 'failed':
      return { ...state, notBefore: now + pauseAfterFailure(state, observation, moment, candidate) };
    case 'hinted': {
      const known = typeof state.seen === 'object' ? state.seen.version : undefined;
      if (state.seen !== undefined && known === observation.version) return state;
      const earliest = state.seenAt + candidate.retryPeriodMs * HINTED_SHARE;
      const heardOf = state.heardOf || observation.version !== undefined;
      return { ...state, heardOf, mustRead: true, notBefore: Math.max(state.notBefore, earliest) };
    }
  }
}

function sawLease(
  state: ElectionState,
  lease: Lease | undefined,
  { now, chance }: Moment,
  candidate: Candidate,
): ElectionState {
  const looked = {
    ...state,
    seen: lease ?? ('absent' as const),
    seenAt: now,
    mustRead: false,
    transitions: lease?.transitions ?? state.transitions,
  };
  if (lease !== undefined && isOwn(state, lease, candidate.identity)) {
    return { ...looked, lastDurationMs: durationMsOf(lease, candidate.leaseDurationMs) };
  }
  const follower = { ...looked, dueAt: now + candidate.retryPeriodMs * (1 + JITTER * chance) };
  if (lease === undefined)
    return { ...follower, guardUntil: guardOfVacancy(state, now, 'absent', candidate) };
  const others = { ...follower, validUntil: -Infinity };
  if (isReleased(lease)) return { ...others, guardUntil: -Infinity };
  if (lease.holder === '') return { ...others, guardUntil: guardOfVacancy(state, now, lease, candidate) };
  const lastDurationMs = durationMsOf(lease, candidate.leaseDurationMs);
  const guardUntil = isNews(state, lease)
    ? Math.max(state.guardUntil, now + lastDurationMs)
    : state.guardUntil;
  return { ...others, guardUntil, lastDurationMs, acquireTime: undefined, refusals: 0 };
}

/**
 * A whole lease from when it was first seen vacant, or from when we looked again after looking away (somebody may have led
 * meanwhile). Not for a process that knows of no trace of a leader: that is what a first installation looks like.
 */
function guardOfVacancy(
  state: ElectionState,
  now: number,
  vacant: Lease | 'absent',
  { leaseDurationMs, ledBefore = false }: Candidate,
): number {
  const untouched = vacant === 'absent' ? !state.heardOf : vacant.renewTime === undefined;
  if (untouched && state.transitions === undefined && !ledBefore) return state.guardUntil;
  const lookedAway = now - state.seenAt > leaseDurationMs * VACANCY_SHARE;
  const news = vacant === 'absent' ? state.seen !== 'absent' : isNews(state, vacant);
  if (!news && !lookedAway) return state.guardUntil;
  return Math.max(state.guardUntil, now + Math.max(leaseDurationMs, state.lastDurationMs));
}

function isNews({ seen }: ElectionState, lease: Lease): boolean {
  return typeof seen !== 'object' || recordOf(seen) !== recordOf(lease);
}

function isOwn({ acquireTime }: ElectionState, lease: Lease, identity: string): boolean {
  return lease.holder === identity && acquireTime !== undefined && lease.acquireTime === acquireTime;
}

function pauseAfterFailure(
  { validUntil }: ElectionState,
  { requestedAt, retryAfterMs = 0 }: { requestedAt: number; retryAfterMs?: number | undefined },
  { now, chance }: Moment,
  { retryPeriodMs }: Candidate,
): number {
  const left = validUntil - now;
  if (left <= 0) return Math.max(retryAfterMs, retryPeriodMs * (1 + JITTER * chance));
  const next = Math.max(requestedAt + retryPeriodMs - now, retryPeriodMs / 4);
  return Math.max(next, Math.min(retryAfterMs, left / 2));
}

function decide(state: ElectionState, moment: Moment, candidate: Candidate): Action {
  const { now } = moment;
  const leading = now < state.validUntil;
  const half = candidate.renewDeadlineMs / 2;
  const timeoutMs = leading ? Math.min(half, state.validUntil - now) : half;
  if (now < state.notBefore) return { kind: 'wait', until: state.notBefore };
  if (state.mustRead || state.seen === undefined) return { kind: 'read', timeoutMs };
  const outdated = now - state.seenAt > candidate.leaseDurationMs * VACANCY_SHARE;
  if (state.seen === 'absent' && outdated && !leading) return { kind: 'read', timeoutMs };
  const own = holds(state, candidate);
  const mayWrite = own ? !leading || now >= state.dueAt : leading || now >= state.guardUntil;
  if (mayWrite) return write(state, state.seen, moment, candidate, timeoutMs);
  if (now >= state.dueAt) return { kind: 'read', timeoutMs };
  return { kind: 'wait', until: Math.min(state.dueAt, own ? state.validUntil : state.guardUntil) };
}

function write(
  state: ElectionState,
  seen: Lease | 'absent',
  { now, wall, chance }: Moment,
  candidate: Candidate,
  timeoutMs: number,
): Action {
  const keepsTerm = holds(state, candidate) || now < state.validUntil;
  const transitions = state.transitions === undefined ? 0 : nextTransition(state.transitions);
  const claim: LeaseClaim = {
    holder: candidate.identity,
    durationSeconds: Math.ceil(candidate.leaseDurationMs / 1000),
    acquireTime: state.acquireTime ?? microTime(wall, Math.floor(chance * 1000)),
    renewTime: microTime(wall),
    transitions: keepsTerm ? (state.transitions ?? 0) : transitions,
  };
  return seen === 'absent'
    ? { kind: 'create', claim, timeoutMs }
    : { kind: 'update', lease: seen, claim, timeoutMs };
}
