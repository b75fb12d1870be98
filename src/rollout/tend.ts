import pRetry from 'p-retry';
import type { Clock, Random } from '../clock/clock.js';
import type { Revision } from '../config/revision.js';
import type { GatewayAddress } from '../gateway/address.js';
import type { AdminApi } from '../gateway/admin-api.js';
import type { PushAnswer, StatusAnswer } from '../gateway/answers.js';
import { backoffMs } from '../gateway/backoff.js';
import * as transitions from '../gateway/state.js';
import type { GatewayState } from '../gateway/state.js';
import type { ObjectRef, Report, Trouble } from '../report/happening.js';
import { laneOf } from './lanes.js';
import type { Lanes } from './lanes.js';
import type { LoadTimes } from './load-times.js';
import { bounded, createPause } from './pause.js';
import type { Tenure } from './tenure.js';

/** A gateway of the fleet, and what Kubernetes says of it. */
export interface Member extends GatewayAddress {
  /** The Pod's readiness; a change of it is a reason to look. */
  readonly ready?: boolean;
  /** Where Events about it go. */
  readonly object?: ObjectRef;
}

export interface TendSettings {
  /** One `POST /config`, from its first byte to the end of the answer (ms). */
  readonly pushTimeoutMs: number;
  readonly statusTimeoutMs: number;
  /** Failures in a row that are tolerated before a gateway is called unreachable. */
  readonly retries: number;
  /** The slow pass over gateways that are in sync (ms). */
  readonly resyncMs: number;
  /** The pace for gateways that never answered (ms). */
  readonly pendingMs: number;
  /** For how long after taking over every gateway is looked at more often (ms): what a predecessor left on the wire may still land. */
  readonly vigilanceMs: number;
  /** Do everything but push. */
  readonly observe: boolean;
}

export interface TendPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly admin: AdminApi;
  readonly lanes: Lanes;
  readonly loadTimes: LoadTimes;
  readonly tenure: Tenure;
  readonly report: Report;
  readonly settings: TendSettings;
  /** The newest revision; read again at the last moment before each push. */
  readonly desired: () => Revision | undefined;
  readonly draining: () => boolean;
  readonly onState: (member: Member, state: GatewayState) => void;
  /** Kong's 400, word for word: it may hold secrets. */
  readonly onRejected: (member: Member, revision: Revision, body: string) => void;
}

/** A gateway under our care. */
export interface Tended {
  state(): GatewayState;
  /** Looks at it now: it, or what is desired of it, has changed. `urgent` cuts a backoff short, too. */
  kick(urgent: boolean): void;
  /** It has left the fleet: whatever is in flight is cut off. */
  leave(): void;
  /** Resolves when nothing will touch it any more. Never rejects. */
  readonly done: Promise<void>;
}

/** Thrown by an attempt that has not got there yet: try again after `delayMs`. */
class NotYet extends Error {
  constructor(readonly delayMs: number) {
    super('not yet');
  }
}

const SETTLE_POLL_MIN_MS = 20;
const SETTLE_POLL_MAX_MS = 1_000;
const REFUSED_CAP_MS = 5 * 60_000;

/**
 * Brings one gateway to the desired revision, and keeps it there until the tenure ends, the fleet drains or the
 * gateway leaves. One owner, one request in flight at a time; the newest revision is the only one that waits.
 */
export function tend(member: Member, ports: TendPorts): Tended {
  const { clock, random, admin, lanes, loadTimes, tenure, report, settings } = ports;
  const begunAt = clock.now();
  const stop = new AbortController();
  const stopWith = (): void => stop.abort(tenure.signal.reason);
  tenure.signal.addEventListener('abort', stopWith, { once: true });
  if (tenure.signal.aborted) stopWith();

  const pause = createPause(clock, stop.signal);
  let state = transitions.newGateway(begunAt);

  const become = (next: GatewayState): void => {
    const previous = state;
    state = next;
    if (previous.phase !== next.phase) {
      report({
        kind: 'gateway-phase',
        gateway: member.name,
        ...(member.object !== undefined && { object: member.object }),
        from: previous.phase,
        to: next.phase,
        revision: ports.desired()?.id,
        trouble: next.trouble,
      });
    }
    ports.onState(member, next);
  };

  const over = (): boolean => stop.signal.aborted || ports.draining() || !tenure.mayTouch();

  const timed = <T>(ms: number, request: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    bounded(clock, ms, stop.signal, request);

  const lane = (): ReturnType<typeof laneOf> => laneOf(state, clock.now());

  const probe = (): Promise<StatusAnswer> =>
    lanes.probe(lane(), () =>
      over()
        ? Promise.resolve<StatusAnswer>({ kind: 'withdrawn' })
        : timed(settings.statusTimeoutMs, (signal) => admin.status(member, signal)),
    );

  const fail = (trouble: Trouble, retryAfterMs: number | undefined, pushFailed: boolean): never => {
    become(transitions.afterFailure(state, trouble, clock.now(), settings.retries));
    const { failures, everReached } = state;
    const delayMs = backoffMs(
      { failures, everReached, pendingMs: settings.pendingMs, retryAfterMs, pushFailed },
      random,
    );
    report({ kind: 'retry', gateway: member.name, attempt: failures, delayMs, trouble });
    throw new NotYet(delayMs);
  };

  const settle = (): never => {
    const waited = clock.now() - state.since;
    throw new NotYet(Math.min(SETTLE_POLL_MAX_MS, Math.max(SETTLE_POLL_MIN_MS, waited / 2)));
  };

  /** Sends the newest revision once the lane has a place; `undefined` where there is nothing left to send. */
  const push = (
    checkHash: boolean,
    size: number,
  ): Promise<{ answer: PushAnswer; revision: Revision; ms: number } | undefined> => {
    const queuedIn = lane();
    let sending: Revision | undefined;
    return lanes.push(
      queuedIn,
      () => loadTimes.lateAfterMs(sending?.bytes.length ?? size),
      async () => {
        const revision = ports.desired();
        if (revision === undefined || over()) return undefined;
        sending = revision;
        const bytes = revision.bytes.length;
        become(transitions.enter(state, 'pushing', clock.now()));
        report({ kind: 'push-started', gateway: member.name, revision: revision.id, bytes, lane: queuedIn });
        const startedAt = clock.now();
        const answer = await timed(settings.pushTimeoutMs, (signal) =>
          admin.push(member, revision, { checkHash, mayWrite: tenure.mayTouch, signal }),
        );
        const ms = clock.now() - startedAt;
        report({
          kind: 'push-ended',
          gateway: member.name,
          revision: revision.id,
          result: answer.kind,
          bytes,
          durationMs: ms,
          trouble: 'trouble' in answer ? answer.trouble : undefined,
        });
        return { answer, revision, ms };
      },
      () => {
        if (sending !== undefined) {
          report({
            kind: 'push-late',
            gateway: member.name,
            revision: sending.id,
            afterMs: clock.now() - state.since,
          });
        }
      },
    );
  };

  /** Folds the answer to a push into the state; throws NotYet where there is more to do. */
  const conclude = async (answer: PushAnswer, revision: Revision, ms: number): Promise<void> => {
    switch (answer.kind) {
      case 'accepted':
        loadTimes.add(ms, revision.bytes.length);
        become(transitions.afterAccepted(state, revision, ms, clock.now()));
        throw new NotYet(0);
      case 'same':
        become(transitions.afterAccepted(state, revision, state.lastLoadMs ?? ms, clock.now()));
        throw new NotYet(0);
      case 'rejected': {
        const nodeId = await timed(settings.statusTimeoutMs, (signal) => admin.nodeId(member, signal));
        become(transitions.afterRejection(state, revision, answer.trouble, nodeId, clock.now()));
        ports.onRejected(member, revision, answer.body);
        return;
      }
      case 'refused':
        become(transitions.afterRefusal(state, answer.trouble, clock.now()));
        return;
      case 'busy':
        become(transitions.afterBusy(state, answer.trouble, clock.now()));
        return fail(answer.trouble, answer.retryAfterMs, true);
      case 'failed':
        return fail(answer.trouble, answer.retryAfterMs, true);
      case 'unknown': {
        const allowance = transitions.loadAllowanceMs(revision, state.lastLoadMs);
        become(transitions.afterUnknown(state, revision, allowance));
        return fail(answer.trouble, undefined, false);
      }
      case 'unreachable':
        return fail(answer.trouble, undefined, false);
      case 'withdrawn':
        return;
    }
  };

  const hasRestarted = async (): Promise<boolean> => {
    const before = state.rejection?.nodeId;
    if (before === undefined) return false;
    const now = await timed(settings.statusTimeoutMs, (signal) => admin.nodeId(member, signal));
    return now !== undefined && now !== before;
  };

  /** One look at the gateway, and what follows from it. Returns when there is nothing to do but rest. */
  const attempt = async (): Promise<void> => {
    if (state.phase === 'unknown') become(transitions.enter(state, 'probing', clock.now()));
    const status = await probe();
    switch (status.kind) {
      case 'withdrawn':
        return;
      case 'refused':
        become(transitions.afterRefusal(state, status.trouble, clock.now()));
        return;
      case 'busy':
      case 'failed':
        return fail(status.trouble, status.retryAfterMs, false);
      case 'unreachable':
        return fail(status.trouble, undefined, false);
      case 'status':
        break;
    }
    const desired = ports.desired();
    if (
      desired !== undefined &&
      state.phase === 'in-sync' &&
      state.served === desired.id &&
      !transitions.serves(state, desired, status.hash)
    ) {
      report({
        kind: 'drift',
        gateway: member.name,
        ...(member.object !== undefined && { object: member.object }),
        expected: desired.id,
        found: status.hash,
      });
    }
    const { state: next, assessment } = transitions.afterStatus(state, status.hash, desired, clock.now());
    const before = state;
    become(next);
    switch (assessment.verdict) {
      case 'nothing-desired':
        return;
      case 'in-sync':
        if (desired !== undefined && before.served !== desired.id && before.accepted === undefined) {
          report({ kind: 'push-skipped', gateway: member.name, revision: desired.id });
        }
        return;
      case 'settling':
        return settle();
      case 'unconfirmed':
        return fail(
          { code: 'unconfirmed', reason: 'accepted the configuration, but does not show its hash' },
          undefined,
          true,
        );
      case 'rejected':
        if (!(await hasRestarted())) return;
        become({ ...state, rejection: undefined });
        throw new NotYet(0);
      case 'push':
        return pushOnce(assessment.checkHash, status.hash);
    }
  };

  const pushOnce = async (checkHash: boolean, found: string): Promise<void> => {
    const desired = ports.desired();
    if (desired === undefined) return;
    if (settings.observe) {
      report({ kind: 'would-push', gateway: member.name, revision: desired.id, found });
      return;
    }
    const pushed = await push(checkHash, desired.bytes.length);
    if (pushed !== undefined) await conclude(pushed.answer, pushed.revision, pushed.ms);
  };

  /** A bug in here must not leave a gateway behind: it is told, and the gateway tried again. */
  const guarded = async (): Promise<void> => {
    if (over()) return;
    try {
      await attempt();
    } catch (error) {
      if (error instanceof NotYet) throw error;
      fail(
        { code: 'internal', reason: error instanceof Error ? error.message : String(error) },
        undefined,
        true,
      );
    }
  };

  const restMs = (): number => {
    const spread = 0.9 + random() * 0.2;
    if (state.phase === 'refused') {
      return Math.min(REFUSED_CAP_MS, settings.resyncMs * 2 ** Math.min(state.failures - 1, 10)) * spread;
    }
    const vigilant = clock.now() - begunAt < settings.vigilanceMs;
    return (vigilant ? Math.min(settings.resyncMs, settings.vigilanceMs / 3) : settings.resyncMs) * spread;
  };

  const run = async (): Promise<void> => {
    while (!over()) {
      await pRetry(guarded, {
        retries: Infinity,
        minTimeout: 0,
        onFailedAttempt: async ({ error }) => {
          if (!(error instanceof NotYet)) throw error;
          await pause.rest(error.delayMs, true);
        },
      });
      await pause.rest(restMs(), false);
    }
  };

  const done = run().finally(() => tenure.signal.removeEventListener('abort', stopWith));

  return {
    state: () => state,
    kick: (urgent) => pause.kick(urgent),
    leave: () => stop.abort('gone'),
    done,
  };
}
