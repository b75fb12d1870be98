import type { Clock, Random } from '../clock/clock.js';
import type { Revision } from '../config/revision.js';
import type { AdminApi } from '../gateway/admin-api.js';
import { newGateway } from '../gateway/state.js';
import type { GatewayState, Phase } from '../gateway/state.js';
import type { Report } from '../report/happening.js';
import { createLanes } from './lanes.js';
import { createLoadTimes } from './load-times.js';
import { tend } from './tend.js';
import type { Member, TendSettings } from './care.js';
import type { Tended } from './tend.js';
import type { Tenure } from './tenure.js';

export interface FleetPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly admin: AdminApi;
  readonly report: Report;
  readonly settings: TendSettings & { readonly concurrency: number };
  readonly onRejected: (member: Member, revision: Revision, body: string) => void;
}

/** What a bystander may know of a gateway. */
export interface FleetEntry {
  readonly member: Member;
  readonly state: GatewayState;
}

/** The gateways of a group, and the bounded fan-out that keeps them on one revision while we lead. */
export interface Fleet {
  setMembers(members: readonly Member[]): void;
  setDesired(revision: Revision): void;
  desired(): Revision | undefined;
  /** Takes the gateways into care for as long as the tenure lasts. */
  lead(tenure: Tenure): void;
  /** Starts no new push; resolves when those that were sent have ended. The tenure must go on meanwhile. */
  drain(): Promise<void>;
  /** Looks at every gateway again now. */
  kickAll(): void;
  entries(): readonly FleetEntry[];
  countByPhase(): ReadonlyMap<Phase, number>;
}

/** Phases that only time, a person or another revision will end. */
const STUCK: ReadonlySet<Phase> = new Set(['unreachable', 'rejected', 'refused', 'busy']);

/** Shuffled (Fisher and Yates). */
function inAnyOrder<T>(items: Iterable<T>, random: Random): T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(Math.floor(random() * left.length), 1));
  return order;
}

export function createFleet(ports: FleetPorts): Fleet {
  const { clock, random, report } = ports;
  const lanes = createLanes(clock, ports.settings.concurrency);
  const loadTimes = createLoadTimes(ports.settings.concurrency);
  let members = new Map<string, Member>();
  let tended = new Map<string, Tended>();
  const behind = new Set<string>();
  let tenure: Tenure | undefined;
  let desired: Revision | undefined;
  let draining = false;
  /** Since when not every gateway is known to serve what is desired; `undefined` while they do. */
  let unconvergedSince: number | undefined = clock.now();
  /** Which set of laggards was told of last. */
  let told = '';

  const noteBehind = (): void => {
    unconvergedSince ??= clock.now();
  };

  /** Everyone who can be reached is there, and some cannot: worth a word, once for each such set. */
  const tellOfTheRest = (): void => {
    const phaseOf = (key: string): Phase => tended.get(key)?.state().phase ?? 'unknown';
    for (const key of behind) if (!STUCK.has(phaseOf(key))) return;
    const laggards = [...behind].map((key) => `${members.get(key)?.name ?? key} (${phaseOf(key)})`).sort();
    const telling = `${desired?.id ?? ''} ${laggards.join(' ')}`;
    if (desired === undefined || told === telling) return;
    told = telling;
    report({
      kind: 'converged-but',
      revision: desired.id,
      gateways: members.size,
      behind: laggards,
    });
  };

  const checkConverged = (): void => {
    if (behind.size > 0) {
      noteBehind();
      tellOfTheRest();
    } else if (
      unconvergedSince !== undefined &&
      tenure !== undefined &&
      desired !== undefined &&
      members.size > 0
    ) {
      const durationMs = clock.now() - unconvergedSince;
      unconvergedSince = undefined;
      told = '';
      report({ kind: 'converged', revision: desired.id, gateways: members.size, durationMs });
    }
  };

  const onState = (member: Member, state: GatewayState): void => {
    if (!tended.has(member.key)) return;
    if (state.phase === 'in-sync' && state.served === desired?.id) behind.delete(member.key);
    else behind.add(member.key);
    checkConverged();
  };

  const takeIntoCare = (member: Member, current: Tenure): void => {
    behind.add(member.key);
    noteBehind();
    tended.set(
      member.key,
      tend(member, {
        ...ports,
        lanes,
        loadTimes,
        tenure: current,
        onState,
        desired: () => desired,
        draining: () => draining,
      }),
    );
  };

  const release = (key: string): void => {
    tended.get(key)?.leave();
    tended.delete(key);
    behind.delete(key);
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
        if (tenure !== undefined && !draining) takeIntoCare(member, tenure);
      }
      if (previous.size > 0 || next.length === 0) sayIfNone();
      checkConverged();
    },

    setDesired(revision) {
      if (revision.id === desired?.id) return;
      desired = revision;
      if (tenure !== undefined) for (const key of tended.keys()) behind.add(key);
      unconvergedSince = clock.now();
      // In any order, so that those that hang stand in line among the others, not before them.
      for (const one of inAnyOrder(tended.values(), random)) one.kick(false);
    },

    desired: () => desired,

    lead(next) {
      tenure = next;
      unconvergedSince = clock.now();
      for (const member of members.values()) takeIntoCare(member, next);
      sayIfNone();
      next.signal.addEventListener(
        'abort',
        () => {
          if (tenure === next) tenure = undefined;
          tended = new Map();
          behind.clear();
        },
        { once: true },
      );
    },

    async drain() {
      draining = true;
      for (const one of tended.values()) one.kick(true);
      await Promise.all([...tended.values()].map((one) => one.done));
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
