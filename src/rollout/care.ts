import type { Clock, Random } from '../clock/clock.js';
import type { Revision } from '../config/revision.js';
import type { GatewayAddress } from '../gateway/address.js';
import type { AdminApi } from '../gateway/admin-api.js';
import type { KongNode } from '../gateway/node.js';
import { backoffMs } from '../gateway/backoff.js';
import { afterFailure } from '../gateway/outcomes.js';
import { newGateway } from '../gateway/state.js';
import type { GatewayState } from '../gateway/state.js';
import type { Order } from '../gateway/assessment.js';
import type { SmokeCheck } from '../gateway/smoke.js';
import type { ObjectRef, Report, Trouble } from '../report/happening.js';
import { laneOf } from './lanes.js';
import type { Lane, Lanes } from './lanes.js';
import type { LoadTimes } from './load-times.js';
import { boundedInTurn } from './pause.js';
import type { Tenure } from './tenure.js';

/** A gateway of the fleet, and what Kubernetes says of it. */
export interface Member extends GatewayAddress {
  /** The Pod's readiness; a change of it is a reason to look. */
  readonly ready?: boolean;
  /** Where Events about it go. */
  readonly object?: ObjectRef;
  /** Where the Pod runs, for people. */
  readonly node?: string;
  readonly zone?: string;
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
  /**
   * For how long after taking over every gateway is looked at more often (ms): what a predecessor left on the
   * wire may still land.
   */
  readonly vigilanceMs: number;
  /** Whether gateways that somebody else changed are put back, or only told of. */
  readonly drift: 'repair' | 'report';
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
  /** What is wanted of a gateway; read again at the last moment before each push. */
  readonly order: (member: Member, state: GatewayState) => Order;
  /** Whether `hash` is that of a revision of ours. */
  readonly isOurs: (hash: string) => boolean;
  /** What every gateway should serve, while nothing is being rolled out. */
  readonly settled: () => Revision | undefined;
  /** It appeared while we led. */
  readonly newcomer: boolean;
  /** Whether it matters now what process of Kong each gateway is. */
  readonly choosing: () => boolean;
  /** How soon to look again at a canary in its hold (ms); `undefined` for every other gateway. */
  readonly holdLookMs: (member: Member) => number | undefined;
  /** Whether users' requests go through; `undefined` where no such check is configured. */
  readonly smoke: SmokeCheck | undefined;
  readonly onSmoke: (member: Member, trouble: Trouble | undefined) => void;
  readonly draining: () => boolean;
  /** What whoever looked after this address before us left there: another tenure of ours, or one before it left the fleet. */
  readonly left: (() => GatewayState) | undefined;
  readonly onState: (member: Member, state: GatewayState) => void;
  /** Kong's 400, word for word: it may hold secrets. Called once its node is known. */
  readonly onRejected: (member: Member, revision: Revision, body: string) => void;
}

/** Thrown by an attempt that has not got there yet: try again after `delayMs`. */
export class NotYet extends Error {
  /** @param stubborn whether only what is urgent may cut the wait short */
  constructor(
    readonly delayMs: number,
    readonly stubborn = true,
  ) {
    super('not yet');
    this.name = 'NotYet';
  }
}

/** What follows an attempt that came to an end: nothing for now, or another look at once. */
export type Next = 'rest' | 'look-again';

/** How soon to look again when a lease has run out that may yet be renewed (ms). */
const HELD_BACK_MS = 100;

/** Nothing could be begun: over for good, or only for a moment. */
export function pauseUnlessOver(care: Pick<Care, 'over'>): void {
  if (!care.over()) throw new NotYet(HELD_BACK_MS);
}

/** What one attempt works with: the gateway's state and its one owner's hold on it. */
export interface Care {
  readonly member: Member;
  readonly ports: TendPorts;
  readonly state: () => GatewayState;
  readonly become: (next: GatewayState) => void;
  readonly order: () => Order;
  /** For good: the tenure ended, the fleet drains, or the gateway left. */
  readonly over: () => boolean;
  /** Whether something may be begun at this very moment. */
  readonly mayBegin: () => boolean;
  readonly lane: () => Lane;
  /** The gateway has shown what it serves; what is wanted of it is read only now, so that changes of that need no other look. */
  readonly shown: () => void;
  /** Runs a request under a deadline, cut off when the care ends. */
  readonly timed: <T>(ms: number, request: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** Notes a failure and throws NotYet with the backoff: the one owner of retries. */
  readonly fail: (trouble: Trouble, retryAfterMs?: number, pushFailed?: boolean) => never;
}

/** Which process of Kong this is; `undefined` where it cannot be had now. */
export async function nodeOf(care: Care): Promise<KongNode | undefined> {
  const { member, ports } = care;
  if (!care.mayBegin()) return undefined;
  return care.timed(ports.settings.statusTimeoutMs, (signal) => ports.admin.node(member, signal));
}

export function createCare(member: Member, ports: TendPorts, stop: AbortSignal, shown: () => void): Care {
  const { clock, random, report, settings, tenure } = ports;
  let state = newGateway(clock.now());
  const order = (): Order => ports.order(member, state);

  const become = (next: GatewayState): void => {
    const previous = state;
    state = next;
    if (previous.phase !== next.phase) {
      const { load, fine } = order();
      report({
        kind: 'gateway-phase',
        gateway: member.name,
        ...(member.object !== undefined && { object: member.object }),
        from: previous.phase,
        to: next.phase,
        revision: (load ?? fine[0])?.id,
        trouble: next.trouble,
      });
    }
    ports.onState(member, next);
  };

  let stopped = stop.aborted;
  stop.addEventListener('abort', () => (stopped = true), { once: true });
  const over = (): boolean => stopped || ports.draining();

  return {
    member,
    ports,
    state: () => state,
    become,
    order,
    over,
    mayBegin: () => !over() && tenure.mayTouch(),
    shown,
    lane: () => laneOf(state, clock.now()),
    timed: boundedInTurn(clock, stop),
    fail(trouble, retryAfterMs, pushFailed = false) {
      become(afterFailure(state, trouble, clock.now(), settings.retries, pushFailed));
      const { failures, everReached } = state;
      const pushFailures = pushFailed ? state.pushFailures : 0;
      const delayMs = backoffMs(
        { failures, everReached, pendingMs: settings.pendingMs, retryAfterMs, pushFailures },
        random,
      );
      report({ kind: 'retry', gateway: member.name, attempt: failures, delayMs, trouble });
      throw new NotYet(delayMs);
    },
  };
}
