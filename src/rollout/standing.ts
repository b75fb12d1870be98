import type { Revision } from '../config/revision.js';
import { groupOf } from '../gateway/node.js';
import type { KongNode } from '../gateway/node.js';
import type { RolloutPhase } from '../report/phases.js';
import { isUnderWay } from './canary.js';
import type { Gate } from './canary.js';
import type { Goal, Situation } from './plan.js';

/** A rollout that was stopped is tried again after this long, twice as long each time, up to the cap (ms). */
const RETRY_MS = 60_000;
const RETRY_CAP_MS = 10 * 60_000;

/** A revision, and the groups whose canaries have proven it. */
export interface Proven {
  readonly revision: Revision;
  readonly groups: ReadonlySet<string>;
}

/** A rollout that too many canaries were lost in. */
export interface Stop {
  readonly revision: string;
  readonly times: number;
  /** When it is tried again (monotonic ms). */
  readonly until: number;
}

/** Where the rollout stands: the goal, and what the canaries have come to so far. */
export interface Standing {
  /** Whether a new revision goes to canaries first. */
  readonly canary: boolean;
  readonly goal: Goal;
  readonly gate: Gate | undefined;
  readonly proven: Proven | undefined;
  readonly stop: Stop | undefined;
  /** Revisions that turned out to be bad, by id. */
  readonly bad: ReadonlySet<string>;
}

/** It needs no canaries. */
const isFree = ({ canary, goal }: Standing, { id }: Revision): boolean => !canary || id === goal.lastGood?.id;

/** Whether the fleet may load it: those groups at least that could be reached when its canaries were chosen. */
export const isOpen = (standing: Standing, revision: Revision): boolean =>
  isFree(standing, revision) || revision.id === standing.proven?.revision.id;

/** What is desired, where somebody may load it who could not load it without canaries. */
function rolling(standing: Standing): Revision | undefined {
  const { desired, paused } = standing.goal;
  if (desired === undefined || paused || standing.bad.has(desired.id)) return undefined;
  return isFree(standing, desired) ? undefined : desired;
}

/** Open for some, and not free for all: groups that come now have a canary of their own. */
export function isRolling(standing: Standing): boolean {
  const desired = rolling(standing);
  return desired !== undefined && isOpen(standing, desired);
}

/** Whether it is of a group that has not proven what is being rolled out. */
export const isLate = (standing: Standing, node: KongNode | undefined): boolean =>
  node !== undefined && isRolling(standing) && standing.proven?.groups.has(groupOf(node)) === false;

/**
 * The revision that canaries are to be chosen for now, if any.
 * @param hasNewGroups whether there are groups that came when the gate was open already
 */
export function gateNeeded(
  standing: Standing,
  hasNewGroups: (revision: Revision) => boolean,
  now: number,
): Revision | undefined {
  const desired = rolling(standing);
  const { stop } = standing;
  if (desired === undefined || (stop !== undefined && now < stop.until)) return undefined;
  return isOpen(standing, desired) && !hasNewGroups(desired) ? undefined : desired;
}

/** A gate that nobody waits for any more: gone back on, or overtaken before its canary began. */
export function isObsolete({ goal: { desired, lastGood, paused } }: Standing, gate: Gate): boolean {
  if (desired === undefined || desired.id === lastGood?.id) return true;
  const wanted = gate.revision.id === desired.id && !paused;
  return !wanted && !isUnderWay(gate);
}

/** Something is desired that the fleet may not load yet, for want of a canary's proof alone. */
export function isWaiting(standing: Standing): boolean {
  const desired = rolling(standing);
  return desired !== undefined && !isOpen(standing, desired);
}

/** What is desired anew gets another chance, though it turned out bad or was stopped before. */
export function withGoal(standing: Standing, goal: Goal): Standing {
  const { desired, lastGood } = goal;
  const proven = desired === undefined || desired.id === lastGood?.id ? undefined : standing.proven;
  if (standing.goal.desired?.id === desired?.id) return { ...standing, goal, proven };
  const bad = new Set([...standing.bad].filter((id) => id !== desired?.id));
  return { ...standing, goal, proven, bad, stop: undefined };
}

/** What follows from losing too many canaries of what is desired. */
export function nextStop(before: Stop | undefined, revision: string, now: number): Stop {
  const times = (before?.times ?? 0) + 1;
  const delayMs = Math.min(RETRY_CAP_MS, RETRY_MS * 2 ** Math.min(times - 1, 10));
  return { revision, times, until: now + delayMs };
}

function gateFor(standing: Standing, group: string | undefined): Situation['gate'] {
  const { bad, proven } = standing;
  const { desired } = standing.goal;
  if (desired === undefined) return 'closed';
  if (bad.has(desired.id)) return 'withdrawn';
  if (isFree(standing, desired)) return 'open';
  if (desired.id !== proven?.revision.id) return 'closed';
  if (group === undefined) return 'unasked';
  return proven.groups.has(group) ? 'open' : 'closed';
}

const provenFor = (what: Proven | undefined, group: string | undefined): Revision | undefined =>
  group !== undefined && what?.groups.has(group) === true ? what.revision : undefined;

/**
 * How things stand for one gateway.
 * @param node what it is, as far as it has told
 * @param released what goes to those that have waited too long
 */
export function situationOf(
  standing: Standing,
  node: KongNode | undefined,
  released: Proven | undefined,
): Situation {
  const { goal, proven, bad } = standing;
  const group = node && groupOf(node);
  return {
    goal,
    gate: gateFor(standing, group),
    proven: provenFor(proven, group),
    released: provenFor(released, group),
    bad,
  };
}

/** Where the rollout stands, in one word. */
export function phaseOf(standing: Standing): RolloutPhase {
  const { goal, gate, stop, bad } = standing;
  const { desired, lastGood, paused } = goal;
  if (desired === undefined || desired.id === lastGood?.id) return 'idle';
  if (bad.has(desired.id)) return 'withdrawn';
  if (paused) return 'paused';
  if (gate !== undefined) return gate.canaries.size === 0 ? 'choosing' : 'canary';
  return isOpen(standing, desired) ? 'rolling' : stop === undefined ? 'idle' : 'stopped';
}
