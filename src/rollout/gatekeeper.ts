import type { Clock, Random } from '../clock/clock.js';
import type { Revision } from '../config/revision.js';
import type { Order } from '../gateway/assessment.js';
import type { GatewayState } from '../gateway/state.js';
import type { Report, Trouble } from '../report/happening.js';
import type { RolloutPhase } from '../report/phases.js';
import { afterSmoke, CANARIES, groupsToProve, newGate, step } from './canary.js';
import type { Canary, Gate, Verdict } from './canary.js';
import type { Member } from './care.js';
import { LEFT_OUT } from './convergence.js';
import { createOverdue } from './overdue.js';
import { orderFor } from './plan.js';
import type { Goal } from './plan.js';
import {
  gateNeeded,
  isLate,
  isObsolete,
  isOpen,
  isRolling,
  isWaiting,
  nextStop,
  phaseOf,
  situationOf,
  withGoal,
} from './standing.js';
import type { Standing } from './standing.js';
import { subjectOf } from './subject.js';
import type { Subject } from './subject.js';

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

export function createGatekeeper(ports: GatekeeperPorts): Gatekeeper {
  const { clock, random, report, settings } = ports;
  const overdue = createOverdue(report);
  let standing: Standing = {
    canary: settings.canary,
    goal: { desired: undefined, lastGood: undefined, paused: false },
    gate: undefined,
    proven: undefined,
    stop: undefined,
    bad: new Set(),
  };
  let active = false;
  let cancelTimer = (): void => undefined;
  let noted = false;

  const move = (change: Partial<Standing>): void => {
    standing = { ...standing, ...change };
  };

  const canaryFor = (key: string): Canary | undefined =>
    standing.gate && [...standing.gate.canaries.values()].find((canary) => canary.key === key);

  const subjects = (revision: Revision): ReadonlyMap<string, Subject> => {
    const { goal, proven } = standing;
    const known = [goal.lastGood, proven?.revision, overdue.released()?.revision];
    const good = known.flatMap((one) => one?.id ?? []);
    const now = clock.now();
    return new Map(
      ports
        .gateways()
        .map(({ member, state }) => [member.key, subjectOf(member.key, state, revision, good, now)] as const),
    );
  };

  const hasNewGroups = (revision: Revision): boolean =>
    groupsToProve(subjects(revision).values(), standing.proven?.groups ?? new Set()).length > 0;

  const nameOf = (key: string): string =>
    ports.gateways().find(({ member }) => member.key === key)?.member.name ?? key;

  const withdraw = ({ id }: Revision): void => {
    const bad = new Set([...standing.bad, id].slice(-REMEMBERED));
    move({ bad, ...(standing.gate?.revision.id === id && { gate: undefined }) });
  };

  const conclude = (verdict: Verdict, { revision, openedAt, proven: groups }: Gate): void => {
    const durationMs = clock.now() - openedAt;
    const about = { kind: 'canary-ended' as const, revision: revision.id, durationMs };
    const { goal, proven } = standing;
    move({ gate: undefined });
    switch (verdict.kind) {
      case 'proven': {
        const before = proven?.revision.id === revision.id ? proven.groups.size : 0;
        move({ proven: { revision, groups }, stop: undefined });
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
        const stop = nextStop(standing.stop, revision.id, clock.now());
        move({ stop });
        report({ ...about, result: 'stopped', trouble: verdict.trouble });
        if (stop.times === 1) ports.onStopped(revision, verdict.trouble);
      }
    }
  };

  const order = (key: string, state: GatewayState): Order => {
    const { hash, rejection, node } = state;
    const canaryOf = canaryFor(key) && standing.gate?.revision;
    return orderFor(situationOf(standing, node, overdue.released()), { hash, rejection, canaryOf });
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

  /** When to step again; `undefined` where the gate came to a verdict. */
  const stepGate = (current: Gate, now: number): number | undefined => {
    const { revision } = current;
    const { desired, paused } = standing.goal;
    const mayChoose = !paused && revision.id === desired?.id;
    const stepSettings = { holdMs: settings.canaryHoldMs, smoke: ports.smoke, mayChoose };
    const result = step(current, subjects(revision), stepSettings, now, random);
    move({ gate: result.gate });
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
      const { gate, proven, stop } = standing;
      if (gate !== undefined && isObsolete(standing, gate)) move({ gate: undefined });
      const next = gateNeeded(standing, hasNewGroups, now);
      if (standing.gate === undefined && next !== undefined) {
        const groups = proven?.revision.id === next.id ? proven.groups : undefined;
        move({ gate: newGate(next, now, stop === undefined ? CANARIES : 1, groups) });
        ports.onChoice();
      }
      if (standing.gate === undefined) return Infinity;
      const wakeAt = stepGate(standing.gate, now);
      if (wakeAt !== undefined) return wakeAt;
    }
  };

  const advance = (): void => {
    if (!active) return;
    const now = clock.now();
    const wakeAt = stepGates(now);
    overdue.step(now, isWaiting(standing), standing.proven, isReleaseDone);
    ports.onOrders();
    const due = [wakeAt, standing.stop?.until ?? Infinity, overdue.dueAt(standing.proven)];
    const at = Math.min(...due.filter((time) => time > now));
    cancelTimer();
    if (Number.isFinite(at)) cancelTimer = clock.after(at - now, advance);
  };

  /** While a proven revision is rolled out only those of a kind that has not proven it matter. */
  const matters = (state: GatewayState | undefined): boolean =>
    standing.gate !== undefined || overdue.released() !== undefined || isLate(standing, state?.node);

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
      const before = standing.goal;
      const same = before.desired?.id === next.desired?.id;
      if (same && before.lastGood?.id === next.lastGood?.id && before.paused === next.paused) return;
      standing = withGoal(standing, next);
      if (!same && next.desired !== undefined) overdue.lag(clock.now());
      advance();
      ports.onOrders();
    },
    goal: () => standing.goal,
    begin() {
      move({ gate: undefined, proven: undefined, stop: undefined, bad: new Set() });
      overdue.begin(clock.now());
      active = true;
      advance();
    },
    end() {
      active = false;
      move({ gate: undefined });
      cancelTimer();
    },
    orderFor: order,
    note,
    rejected(revision) {
      const { goal, proven, gate } = standing;
      const known = [goal.lastGood, proven?.revision].some((good) => good?.id === revision.id);
      if (known || (revision.id === goal.desired?.id && isOpen(standing, revision))) return false;
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
      if (standing.gate === undefined) return;
      move({ gate: afterSmoke(standing.gate, key, trouble, clock.now()) });
      advance();
    },
    choosing: () => standing.gate !== undefined || isRolling(standing),
    settledOn() {
      const { desired, lastGood } = standing.goal;
      return desired?.id === lastGood?.id ? desired : undefined;
    },
    isOpen: (revision) => isOpen(standing, revision) && standing.gate?.revision.id !== revision.id,
    settled: () => overdue.caughtUp(),
    phase: () => phaseOf(standing),
    canaries: () => [...(standing.gate?.canaries.values() ?? [])].map(({ key }) => nameOf(key)),
  };
}
