import { sleep } from '../clock/clock.js';
import type { Clock, Random } from '../clock/clock.js';
import { EMPTY_HASH } from '../config/revision.js';
import type { Revision } from '../config/revision.js';
import type { AdminApi } from '../gateway/admin-api.js';
import { newGateway } from '../gateway/state.js';
import type { SmokeCheck } from '../gateway/smoke.js';
import type { GatewayState } from '../gateway/state.js';
import type { Phase } from '../report/phases.js';
import type { Report } from '../report/happening.js';
import type { Member, TendSettings } from './care.js';
import { createConvergence } from './convergence.js';
import type { Tracked } from './convergence.js';
import { createGatekeeper } from './gatekeeper.js';
import type { GatekeeperSettings, RolloutListener } from './gatekeeper.js';
import type { RolloutPhase } from '../report/phases.js';
import { createLanes } from './lanes.js';
import { createLoadTimes } from './load-times.js';
import type { Goal } from './plan.js';
import { createPredecessors } from './predecessors.js';
import { tend } from './tend.js';
import type { Tended } from './tend.js';
import type { Tenure } from './tenure.js';

export interface FleetPorts extends RolloutListener {
  readonly clock: Clock;
  readonly random: Random;
  readonly admin: AdminApi;
  readonly report: Report;
  readonly settings: TendSettings &
    GatekeeperSettings & {
      readonly concurrency: number;
      /** Of the gateways that serve, at most this part loads at once (0 to 1). */
      readonly partAtOnce: number;
    };
  /** Whether users' requests go through a canary; `undefined` where no such check is configured. */
  readonly smoke?: SmokeCheck | undefined;
  /**
   * Kong's 400, word for word: it may hold secrets. `canary`: the revision is done for, and the fleet untouched;
   * else the gateway alone is set aside.
   */
  readonly onRejected: (
    member: Member,
    revision: Revision,
    body: string,
    canary: boolean,
    kongVersion: string | undefined,
  ) => void;
  /** When the change that led to a revision was seen (ms by the clock), if that is known: from then on convergence is measured. */
  readonly changeSeenAt?: (revision: string) => number | undefined;
  /** Canaries and every gateway that can be reached serve it; those set aside or out of reach do not count. */
  readonly onSucceeded: (revision: Revision) => void;
}

/** What a bystander may know of a gateway. */
export type FleetEntry = Tracked;

/** Where a rollout stands. */
export interface RolloutView {
  readonly phase: RolloutPhase;
  /** Names of the gateways that are canaries now. */
  readonly canaries: readonly string[];
}

/** The gateways of a group, and the bounded fan-out that brings them to the goal while we lead. */
export interface Fleet {
  setMembers(members: readonly Member[]): void;
  /** The same content twice changes nothing. */
  setGoal(goal: Goal): void;
  /** What every gateway should serve in the end. */
  desired(): Revision | undefined;
  rollout(): RolloutView;
  /** Takes the gateways into care for as long as the tenure lasts. */
  lead(tenure: Tenure): void;
  /**
   * Starts no new push; resolves when those that were sent have ended, or must have where no answer came. The tenure must go on
   * meanwhile.
   */
  drain(): Promise<void>;
  /** Looks at every gateway again now. */
  kickAll(): void;
  entries(): readonly FleetEntry[];
  countByPhase(): ReadonlyMap<Phase, number>;
}

/** Shuffled (Fisher and Yates). */
function inAnyOrder<T>(items: Iterable<T>, random: Random): T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(Math.floor(random() * left.length), 1));
  return order;
}

/** It has traffic, as far as we know. */
const isServing = ({ hash, phase }: GatewayState): boolean =>
  hash !== undefined && hash !== EMPTY_HASH && phase !== 'unreachable';

export function createFleet(ports: FleetPorts): Fleet {
  const { clock, random, report } = ports;
  const { concurrency, partAtOnce, observe } = ports.settings;
  const lanes = createLanes(clock, concurrency, partAtOnce);
  const loadTimes = createLoadTimes(concurrency);
  let members = new Map<string, Member>();
  let tended = new Map<string, Tended>();
  const predecessors = createPredecessors(clock);
  const serving = new Set<string>();
  /** Ids of every revision that we have had to do with. */
  const ours = new Set<string>();
  let tenure: Tenure | undefined;
  let draining = false;
  let succeeded: string | undefined;

  const tracked = (): Tracked[] =>
    [...tended.values()].map(({ member, state }) => ({ member, state: state() }));

  const aim = (): Revision | undefined => {
    const { desired, lastGood } = gatekeeper.goal();
    return gatekeeper.phase() === 'withdrawn' ? lastGood : (desired ?? lastGood);
  };

  /** What each gateway might load when it was last thought of, by key. */
  const orders = new Map<string, string | undefined>();

  /** Wakes those that may load something that they do not have. In any order, lest the hung stand before the others. */
  const wakeForOrders = (): void => {
    const concerned = [...tended.values()].filter(({ member, state }) => {
      const { phase, served } = state();
      const { load } = gatekeeper.orderFor(member.key, state());
      const before = orders.get(member.key);
      orders.set(member.key, load?.id);
      const has = phase === 'in-sync' && served === load?.id;
      return load !== undefined && load.id !== before && !has;
    });
    for (const one of inAnyOrder(concerned, random)) one.kick(false);
  };

  const gatekeeper = createGatekeeper({
    ...ports,
    // Whoever only observes sends nobody ahead: all would be pushed to.
    settings: { ...ports.settings, canary: ports.settings.canary && !observe },
    smoke: ports.smoke !== undefined,
    gateways: tracked,
    onOrders() {
      convergence.aimAt(aim());
      wakeForOrders();
    },
    onChoice() {
      for (const one of tended.values()) if (one.state().node === undefined) one.kick(false);
    },
    onChosen(keys) {
      for (const key of keys) tended.get(key)?.kick(false);
    },
  });

  const onReached = (revision: Revision): void => {
    const { desired, lastGood } = gatekeeper.goal();
    if (revision.id !== desired?.id) return;
    gatekeeper.settled();
    if (revision.id === lastGood?.id || revision.id === succeeded) return;
    succeeded = revision.id;
    report({ kind: 'rollout-succeeded', revision: revision.id });
    ports.onSucceeded(revision);
  };
  const convergence = createConvergence(clock, report, gatekeeper.isOpen, onReached, ports.changeSeenAt);

  const onState = (member: Member, state: GatewayState): void => {
    if (!tended.has(member.key)) return;
    if (isServing(state)) serving.add(member.key);
    else serving.delete(member.key);
    lanes.serving(serving.size);
    convergence.note({ member, state });
    gatekeeper.note(member.key, state);
  };

  const takeIntoCare = (member: Member, current: Tenure, newcomer: boolean): void => {
    const one = tend(member, {
      ...ports,
      lanes,
      loadTimes,
      tenure: current,
      newcomer,
      left: predecessors.take(member.url),
      draining: () => draining,
      order: ({ key }, state) => gatekeeper.orderFor(key, state),
      isOurs: (hash) => ours.has(hash),
      settled: gatekeeper.settledOn,
      choosing: gatekeeper.choosing,
      holdLookMs: ({ key }) => gatekeeper.holdLookMs(key),
      smoke: ports.smoke,
      onSmoke: ({ key }, trouble) => gatekeeper.smoked(key, trouble),
      onState,
      onRejected(from, revision, body) {
        const canary = gatekeeper.rejected(revision);
        ports.onRejected(from, revision, body, canary, one.state().node?.version);
      },
    });
    tended.set(member.key, one);
    convergence.note({ member, state: one.state() });
  };

  const remember = ({ member, left }: Tended): void => predecessors.remember(member.url, left);

  const release = (key: string): void => {
    const left = tended.get(key);
    left?.leave();
    if (left !== undefined) remember(left);
    tended.delete(key);
    orders.delete(key);
    serving.delete(key);
    lanes.serving(serving.size);
    convergence.forget(key);
    gatekeeper.note();
  };

  const letGo = (): void => {
    for (const one of tended.values()) remember(one);
    tended = new Map();
    orders.clear();
    serving.clear();
    gatekeeper.end();
    convergence.clear();
  };

  const sayIfNone = (): void => {
    if (tenure !== undefined && members.size === 0) report({ kind: 'no-gateways' });
  };

  const entries = (): FleetEntry[] =>
    [...members.values()].map((member) => ({
      member,
      state: tended.get(member.key)?.state() ?? newGateway(clock.now()),
    }));

  const sameAddress = (a: Member, b: Member): boolean => a.url === b.url && a.serverName === b.serverName;

  return {
    setMembers(next) {
      const previous = members;
      members = new Map(next.map((member) => [member.key, member]));
      for (const [key, old] of previous) {
        const now = members.get(key);
        if (now !== undefined && sameAddress(old, now)) continue;
        report({ kind: 'gateway-left', gateway: old.name });
        release(key);
      }
      for (const [key, member] of members) {
        const old = previous.get(key);
        if (old !== undefined && sameAddress(old, member)) {
          // The same gateway under the same care; a change of its readiness is a reason to look.
          if (old.ready !== member.ready) tended.get(key)?.kick(true);
          continue;
        }
        report({ kind: 'gateway-found', gateway: member.name, url: member.url });
        if (tenure !== undefined && !draining) takeIntoCare(member, tenure, true);
      }
      if (previous.size > 0 || next.length === 0) sayIfNone();
    },

    setGoal(goal) {
      for (const revision of [goal.desired, goal.lastGood]) if (revision !== undefined) ours.add(revision.id);
      for (const id of goal.known ?? []) ours.add(id);
      gatekeeper.setGoal(goal);
    },

    desired: aim,

    rollout: () => ({ phase: gatekeeper.phase(), canaries: gatekeeper.canaries() }),

    lead(next) {
      tenure = next;
      succeeded = undefined;
      gatekeeper.begin();
      convergence.aimAt(aim());
      // What was seen before we led is not ours to measure.
      convergence.clear();
      for (const member of members.values()) takeIntoCare(member, next, false);
      sayIfNone();
      next.signal.addEventListener(
        'abort',
        () => {
          if (tenure !== next) return;
          tenure = undefined;
          letGo();
        },
        { once: true },
      );
    },

    async drain() {
      draining = true;
      gatekeeper.end();
      for (const one of tended.values()) one.kick(true);
      await Promise.all([...tended.values()].map((one) => one.done));
      // A load whose answer was lost goes on, and whoever leads next knows nothing of it.
      const ends = [...tended.values()].map(({ state }) => {
        const { unsettled } = state();
        return unsettled === undefined ? 0 : unsettled.sentAt + unsettled.allowanceMs - clock.now();
      });
      await sleep(clock, Math.max(0, ...ends));
    },

    kickAll() {
      for (const one of tended.values()) one.kick(true);
    },

    entries,

    countByPhase() {
      const counts = new Map<Phase, number>();
      for (const { state } of entries()) counts.set(state.phase, (counts.get(state.phase) ?? 0) + 1);
      return counts;
    },
  };
}
