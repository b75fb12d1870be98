import type { Clock, Random } from '../clock/clock.js';
import type { Revision } from '../config/revision.js';
import { groupOf } from '../gateway/node.js';
import type { GatewayState } from '../gateway/state.js';
import type { Order } from '../gateway/assessment.js';
import type { Report, Trouble } from '../report/happening.js';
import { afterSmoke, CANARIES, groupsToProve, isUnderWay, newGate, step } from './canary.js';
import type { Canary, Gate, Subject, Verdict } from './canary.js';
import type { Member } from './care.js';
import { LEFT_OUT } from './convergence.js';
import { orderFor } from './plan.js';
import type { Goal, Situation } from './plan.js';
import { subjectOf } from './subject.js';

/** A fleet that is held still by one canary after the other gets what was proven by then after this long (ms). */
const PATIENCE_MS = 30_000;
/** A rollout that was stopped is tried again after this long, twice as long each time, up to the cap (ms). */
const RETRY_MS = 60_000;
const RETRY_CAP_MS = 10 * 60_000;
/** How many bad revisions are remembered. */
const REMEMBERED = 20;
/** A canary in its hold is looked at this often (ms). */
const LOOK_MS = 250;

export interface GatekeeperSettings {
  /** Whether a new revision goes to canaries first. */
  readonly canary: boolean;
  /** How long a canary must stay well (ms). */
  readonly canaryHoldMs: number;
}

/** What the controller is told of a rollout. Only a leader's fleet tells. */
export interface RolloutListener {
  /** A canary went unwell, or its smoke check failed: the revision is withdrawn. */
  readonly onFailed: (revision: Revision, trouble: Trouble) => void;
  /** Too many canaries were lost. It is tried again, ever more slowly. */
  readonly onStopped: (revision: Revision, trouble: Trouble) => void;
  /** The gate is open. */
  readonly onProven: (revision: Revision) => void;
}

export interface GatekeeperPorts extends RolloutListener {
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  readonly settings: GatekeeperSettings;
  readonly smoke: boolean;
  /** The gateways under our care. */
  readonly gateways: () => readonly { readonly member: Member; readonly state: GatewayState }[];
  /** Orders may have changed. */
  readonly onOrders: () => void;
  /** Canaries are about to be chosen: it matters what each gateway is. */
  readonly onChoice: () => void;
  /** These have become canaries. */
  readonly onChosen: (keys: readonly string[]) => void;
}

export type RolloutPhase = 'idle' | 'choosing' | 'canary' | 'rolling' | 'paused' | 'withdrawn' | 'stopped';

/** Decides which gateway may load which revision, by the goal and by what its canaries come to. */
export interface Gatekeeper {
  readonly setGoal: (goal: Goal) => void;
  readonly goal: () => Goal;
  /** Begins to choose canaries; forgets what was proven under another tenure. */
  readonly begin: () => void;
  readonly end: () => void;
  readonly orderFor: (key: string, state: GatewayState) => Order;
  /** The state of one gateway has changed, or (of none) which gateways there are. */
  readonly note: (key?: string, state?: GatewayState) => void;
  /** Kong said 400. Gives whether that was a verdict on the revision, rather than a matter between it and this gateway. */
  readonly rejected: (revision: Revision) => boolean;
  /** Whether it is a canary that shows its revision: examined at each look, and looked at again after this long (ms). */
  readonly holdLookMs: (key: string) => number | undefined;
  readonly smoked: (key: string, trouble: Trouble | undefined) => void;
  /** Whether canaries are being chosen, or may have to be, so that it matters what each gateway is. */
  readonly choosing: () => boolean;
  /** What every gateway should serve, while nothing is being rolled out. */
  readonly settledOn: () => Revision | undefined;
  /** Whether every gateway that can be reached may load it. */
  readonly isOpen: (revision: Revision) => boolean;
  /** Every gateway that can be reached serves what is desired. */
  readonly settled: () => void;
  readonly phase: () => RolloutPhase;
  readonly canaries: () => readonly string[];
}

/** A revision, and the groups whose canaries have proven it. */
interface Proven {
  readonly revision: Revision;
  readonly groups: ReadonlySet<string>;
}

export function createGatekeeper(ports: GatekeeperPorts): Gatekeeper {
  const { clock, random, report, settings } = ports;
  let goal: Goal = { desired: undefined, lastGood: undefined, paused: false };
  let active = false;
  let gate: Gate | undefined;
  let proven: Proven | undefined;
  let released: Proven | undefined;
  let stop: { readonly revision: string; readonly times: number; readonly until: number } | undefined;
  /** Since when the fleet is not on what is desired. */
  let laggingSince: number | undefined;
  const bad = new Set<string>();
  let cancelTimer = (): void => undefined;
  let noted = false;

  const isFree = (revision: Revision): boolean => !settings.canary || revision.id === goal.lastGood?.id;

  /** For those groups at least that could be reached at first. */
  const isOpen = (revision: Revision): boolean => isFree(revision) || revision.id === proven?.revision.id;

  const provenFor = (what: Proven | undefined, group: string | undefined): Revision | undefined =>
    group !== undefined && what?.groups.has(group) === true ? what.revision : undefined;

  /** Open for some, and not free for all: groups that come now have a canary of their own. */
  const isRolling = (): boolean => {
    const { desired, paused } = goal;
    return desired !== undefined && !paused && !bad.has(desired.id) && !isFree(desired) && isOpen(desired);
  };

  const canaryFor = (key: string): Canary | undefined =>
    gate && [...gate.canaries.values()].find((canary) => canary.key === key);

  const gateFor = (group: string | undefined): Situation['gate'] => {
    const { desired } = goal;
    if (desired === undefined) return 'closed';
    if (bad.has(desired.id)) return 'withdrawn';
    if (isFree(desired)) return 'open';
    if (desired.id !== proven?.revision.id) return 'closed';
    if (group === undefined) return 'unasked';
    return proven.groups.has(group) ? 'open' : 'closed';
  };

  const situationOf = ({ node }: Pick<GatewayState, 'node'>): Situation => {
    const group = node && groupOf(node);
    return {
      goal,
      gate: gateFor(group),
      proven: provenFor(proven, group),
      released: provenFor(released, group),
      bad,
    };
  };

  const subjects = (revision: Revision): ReadonlyMap<string, Subject> => {
    const good = [goal.lastGood, proven?.revision, released?.revision].flatMap((one) => one?.id ?? []);
    const now = clock.now();
    return new Map(
      ports
        .gateways()
        .map(({ member, state }) => [member.key, subjectOf(member.key, state, revision, good, now)] as const),
    );
  };

  const nameOf = (key: string): string =>
    ports.gateways().find(({ member }) => member.key === key)?.member.name ?? key;

  const withdraw = (revision: Revision): void => {
    bad.add(revision.id);
    for (const id of bad) if (bad.size > REMEMBERED) bad.delete(id);
    if (gate?.revision.id === revision.id) gate = undefined;
  };

  const conclude = (verdict: Verdict, { revision, openedAt, proven: groups }: Gate): void => {
    const durationMs = clock.now() - openedAt;
    const about = { kind: 'canary-ended' as const, revision: revision.id, durationMs };
    gate = undefined;
    switch (verdict.kind) {
      case 'proven': {
        const before = proven?.revision.id === revision.id ? proven.groups.size : 0;
        proven = { revision, groups };
        stop = undefined;
        // A late group that went away again before it could prove anything.
        if (groups.size === before) return;
        report({ ...about, result: 'proven', trouble: undefined });
        if (before === 0) ports.onProven(revision);
        return;
      }
      case 'failed':
        report({ ...about, result: 'failed', trouble: verdict.trouble });
        withdraw(revision);
        ports.onFailed(revision, verdict.trouble);
        return;
      case 'stopped': {
        if (revision.id !== goal.desired?.id) return;
        const times = (stop?.times ?? 0) + 1;
        const delayMs = Math.min(RETRY_CAP_MS, RETRY_MS * 2 ** Math.min(times - 1, 10));
        stop = { revision: revision.id, times, until: clock.now() + delayMs };
        report({ ...about, result: 'stopped', trouble: verdict.trouble });
        if (times === 1) ports.onStopped(revision, verdict.trouble);
      }
    }
  };

  /** A gate that nobody waits for any more: gone back on, or overtaken before its canary began. */
  const isObsolete = (current: Gate): boolean => {
    const { desired, lastGood, paused } = goal;
    if (desired === undefined || desired.id === lastGood?.id) return true;
    const wanted = current.revision.id === desired.id && !paused;
    return !wanted && !isUnderWay(current);
  };

  const gateNeeded = (now: number): Revision | undefined => {
    const { desired, paused } = goal;
    if (desired === undefined || paused || isFree(desired) || bad.has(desired.id)) return undefined;
    if (stop !== undefined && now < stop.until) return undefined;
    return isOpen(desired) && newGroups(desired).length === 0 ? undefined : desired;
  };

  /** Those that came when the gate was open already. */
  const newGroups = (revision: Revision): readonly string[] =>
    groupsToProve(subjects(revision).values(), proven?.groups ?? new Set());

  const canaryOf = (key: string): Revision | undefined => canaryFor(key) && gate?.revision;

  const order = (key: string, state: GatewayState): Order => {
    const { hash, rejection } = state;
    return orderFor(situationOf(state), { hash, rejection, canaryOf: canaryOf(key) });
  };

  /** Nobody waits for what was released any more. */
  const isReleaseDone = ({ id }: Revision): boolean =>
    ports.gateways().every(({ member, state }) => {
      const { load, fine } = order(member.key, state);
      const { phase, served } = state;
      return (
        load?.id !== id ||
        LEFT_OUT.has(phase) ||
        (phase === 'in-sync' && fine.some((one) => one.id === served))
      );
    });

  /** Whoever has waited long gets the newest revision that was proven, though a newer one is desired. */
  const releaseIfOverdue = (now: number): void => {
    const { desired, paused } = goal;
    const waiting = desired !== undefined && !isOpen(desired) && !bad.has(desired.id) && !paused;
    if (!waiting) released = undefined;
    else if (released !== undefined) {
      if (!isReleaseDone(released.revision)) return;
      released = undefined;
      laggingSince = now;
    } else if (proven !== undefined && laggingSince !== undefined && now - laggingSince >= PATIENCE_MS) {
      released = proven;
      report({ kind: 'rollout-overdue', revision: proven.revision.id, waitedMs: now - laggingSince });
    }
  };

  /** When to step again; `undefined` where the gate came to a verdict. */
  const stepGate = (current: Gate, now: number): number | undefined => {
    const { revision } = current;
    const mayChoose = !goal.paused && revision.id === goal.desired?.id;
    const stepSettings = { holdMs: settings.canaryHoldMs, smoke: ports.smoke, mayChoose };
    const result = step(current, subjects(revision), stepSettings, now, random);
    gate = result.gate;
    for (const { key, trouble } of result.lost) {
      report({ kind: 'canary-lost', gateway: nameOf(key), revision: revision.id, trouble });
    }
    for (const { key, group } of result.chosen) {
      const [kongVersion = ''] = group.split(' ');
      report({ kind: 'canary-chosen', gateway: nameOf(key), revision: revision.id, kongVersion });
    }
    if (result.verdict !== undefined) {
      conclude(result.verdict, result.gate);
      return undefined;
    }
    if (result.chosen.length > 0) ports.onChosen(result.chosen.map(({ key }) => key));
    return result.wakeAt;
  };

  /** Steps until nothing follows from a step at once. */
  const stepGates = (now: number): number => {
    for (;;) {
      if (gate !== undefined && isObsolete(gate)) gate = undefined;
      const next = gateNeeded(now);
      if (gate === undefined && next !== undefined) {
        const groups = proven?.revision.id === next.id ? proven.groups : undefined;
        gate = newGate(next, now, stop === undefined ? CANARIES : 1, groups);
        ports.onChoice();
      }
      if (gate === undefined) return Infinity;
      const wakeAt = stepGate(gate, now);
      if (wakeAt !== undefined) return wakeAt;
    }
  };

  const advance = (): void => {
    if (!active) return;
    const now = clock.now();
    const wakeAt = stepGates(now);
    releaseIfOverdue(now);
    ports.onOrders();
    const overdueAt =
      released === undefined && proven !== undefined ? (laggingSince ?? Infinity) + PATIENCE_MS : Infinity;
    const at = Math.min(...[wakeAt, stop?.until ?? Infinity, overdueAt].filter((due) => due > now));
    cancelTimer();
    if (Number.isFinite(at)) cancelTimer = clock.after(at - now, advance);
  };

  /** While a proven revision is rolled out only those of a kind that has not proven it matter. */
  const matters = (state: GatewayState | undefined): boolean =>
    gate !== undefined ||
    released !== undefined ||
    (state?.node !== undefined && isRolling() && proven?.groups.has(groupOf(state.node)) === false);

  const note = (key?: string, state?: GatewayState): void => {
    if (!active || !matters(state)) return;
    // A canary that has gone wrong must not be pushed to once more.
    if (key !== undefined && canaryFor(key) !== undefined) {
      advance();
      return;
    }
    if (noted) return;
    // Once for all that happens in this turn: a fleet that is taken over tells of each gateway several times.
    noted = true;
    clock.after(0, () => {
      noted = false;
      advance();
    });
  };

  return {
    setGoal(next) {
      const { desired, lastGood } = goal;
      const same = desired?.id === next.desired?.id;
      if (same && lastGood?.id === next.lastGood?.id && goal.paused === next.paused) return;
      goal = next;
      if (!same) {
        stop = undefined;
        if (next.desired === undefined) proven = undefined;
        else {
          bad.delete(next.desired.id);
          laggingSince ??= clock.now();
        }
      }
      if (next.desired?.id === next.lastGood?.id) proven = undefined;
      advance();
      ports.onOrders();
    },
    goal: () => goal,
    begin() {
      gate = undefined;
      proven = undefined;
      released = undefined;
      stop = undefined;
      laggingSince = clock.now();
      bad.clear();
      active = true;
      advance();
    },
    end() {
      active = false;
      gate = undefined;
      cancelTimer();
    },
    orderFor: order,
    note,
    rejected(revision) {
      const known = [goal.lastGood, proven?.revision].some((good) => good?.id === revision.id);
      const { desired } = goal;
      if (known || (revision.id === desired?.id && isOpen(desired))) return false;
      const startedAt = gate?.revision.id === revision.id ? gate.openedAt : clock.now();
      const durationMs = clock.now() - startedAt;
      const trouble = { code: '400', reason: 'a canary rejected it' };
      report({ kind: 'canary-ended', revision: revision.id, result: 'rejected', durationMs, trouble });
      withdraw(revision);
      advance();
      return true;
    },
    holdLookMs(key) {
      if (canaryFor(key)?.begun !== true) return undefined;
      return Math.min(LOOK_MS, Math.max(1, settings.canaryHoldMs / 4));
    },
    smoked(key, trouble) {
      if (gate === undefined) return;
      gate = afterSmoke(gate, key, trouble, clock.now());
      advance();
    },
    choosing: () => gate !== undefined || isRolling(),
    settledOn: () => (goal.desired?.id === goal.lastGood?.id ? goal.desired : undefined),
    isOpen: (revision) => isOpen(revision) && gate?.revision.id !== revision.id,
    settled() {
      laggingSince = undefined;
    },
    phase() {
      const { desired, lastGood } = goal;
      if (desired === undefined || desired.id === lastGood?.id) return 'idle';
      if (bad.has(desired.id)) return 'withdrawn';
      if (goal.paused) return 'paused';
      if (gate !== undefined) return gate.canaries.size === 0 ? 'choosing' : 'canary';
      return isOpen(desired) ? 'rolling' : stop === undefined ? 'idle' : 'stopped';
    },
    canaries: () => (gate === undefined ? [] : [...gate.canaries.values()].map(({ key }) => nameOf(key))),
  };
}
