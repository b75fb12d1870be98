import type { Random } from '../clock/clock.js';
import type { Revision } from '../config/revision.js';
import { UNKNOWN_GROUP } from '../gateway/node.js';
import type { Trouble } from '../report/happening.js';
import type { Subject } from './subject.js';

/** How many canaries of one group may be lost before the rollout stops. */
export const CANARIES = 3;
/** How long the choice waits for gateways that nothing is known of yet (ms). */
const CHOICE_PATIENCE_MS = 1_000;
/** Smoke checks that fail in a row before the revision is at fault: workers take a moment to change over. */
const SMOKE_FAILURES = 3;

/** The gateway that a group's first load of a revision goes to. */
export interface Canary {
  readonly key: string;
  readonly group: string;
  readonly chosenAt: number;
  /** What it showed then. */
  readonly from: Subject['shows'];
  /** Its load has begun. */
  readonly begun: boolean;
  /** By when it must show the revision; or be well again, where it was well before. */
  readonly deadline: number;
  /** Whether it ever showed the revision. */
  readonly verified: boolean;
  /** Since when it shows the revision at each look. */
  readonly healthySince: number | undefined;
  readonly smoke: { readonly at: number; readonly failures: number; readonly trouble: Trouble | undefined };
}

/** What stands between a revision and the fleet: one canary per group, until each has proven it. */
export interface Gate {
  readonly revision: Revision;
  readonly openedAt: number;
  /** By group. */
  readonly canaries: ReadonlyMap<string, Canary>;
  readonly proven: ReadonlySet<string>;
  /** How many were lost, by group. */
  readonly losses: ReadonlyMap<string, number>;
  readonly tried: ReadonlySet<string>;
  readonly patience: number;
}

export interface GateSettings {
  readonly holdMs: number;
  readonly smoke: boolean;
  /** Whether canaries may be chosen now. */
  readonly mayChoose: boolean;
}

export type Verdict =
  | { readonly kind: 'proven' }
  /** The revision is at fault. */
  | { readonly kind: 'failed'; readonly key: string; readonly trouble: Trouble }
  /** Too many canaries were lost; whose fault that is, nobody knows. */
  | { readonly kind: 'stopped'; readonly trouble: Trouble };

export interface GateStep {
  readonly gate: Gate;
  readonly verdict: Verdict | undefined;
  readonly chosen: readonly Canary[];
  readonly lost: readonly { readonly key: string; readonly trouble: Trouble }[];
  /** When to step again, whatever happens (monotonic ms). */
  readonly wakeAt: number;
}

/**
 * @param canaries how many may be lost before it stops
 * @param proven groups that have proven the revision before
 */
export function newGate(
  revision: Revision,
  now: number,
  canaries: number,
  proven: ReadonlySet<string> = new Set(),
): Gate {
  return {
    revision,
    openedAt: now,
    canaries: new Map(),
    proven,
    losses: new Map(),
    tried: new Set(),
    patience: canaries,
  };
}

/** Whether some canary has begun to load, so that a newer revision waits for the outcome. */
export const isUnderWay = ({ canaries }: Gate): boolean => [...canaries.values()].some(({ begun }) => begun);

/** Folds the outcome of a smoke check in. */
export function afterSmoke(gate: Gate, key: string, trouble: Trouble | undefined, now: number): Gate {
  const canaries = [...gate.canaries].map(([group, canary]) => {
    if (canary.key !== key) return [group, canary] as const;
    const failures = trouble === undefined ? 0 : canary.smoke.failures + 1;
    return [group, { ...canary, smoke: { at: now, failures, trouble } }] as const;
  });
  return { ...gate, canaries: new Map(canaries) };
}

type Standing =
  | { readonly kind: 'on'; readonly canary: Canary }
  | { readonly kind: 'proven' }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'lost'; readonly trouble: Trouble }
  | { readonly kind: 'failed'; readonly trouble: Trouble };

const CHANGED: Trouble = {
  code: 'changed',
  reason: 'it restarted, or somebody else changed it',
};
const LATE: Trouble = { code: 'timeout', reason: 'it did not show the revision in time' };

/** An answer, though no good one: the process is there, and is not well. */
const isUnwell = ({ code }: Trouble): boolean => /^5\d\d$/.test(code);

/** Where one canary stands now. */
function judge(
  canary: Canary,
  subject: Subject | undefined,
  { holdMs, smoke }: Pick<GateSettings, 'holdMs' | 'smoke'>,
  now: number,
): Standing {
  if (subject === undefined) return { kind: 'dropped' };
  const begun = canary.begun || subject.loading;
  const { trouble = LATE, lookedAt = -Infinity } = subject;
  if (subject.refused) return { kind: 'lost', trouble };
  const shown = subject.shows === 'revision' && !subject.loading && lookedAt >= canary.chosenAt;
  if (shown && !subject.failing) {
    if (smoke && canary.smoke.failures >= SMOKE_FAILURES) {
      return { kind: 'failed', trouble: canary.smoke.trouble ?? LATE };
    }
    const healthySince = canary.healthySince ?? lookedAt;
    const passed = !smoke || (canary.smoke.failures === 0 && canary.smoke.at >= lookedAt);
    if (passed && lookedAt - healthySince >= holdMs) return { kind: 'proven' };
    return { kind: 'on', canary: { ...canary, begun: true, verified: true, healthySince } };
  }
  if (subject.failing && !begun) return { kind: 'dropped' };
  const restarted = canary.begun && subject.shows === 'nothing' && canary.from !== 'nothing';
  if (restarted && !subject.loading) return { kind: 'lost', trouble: CHANGED };
  if (canary.healthySince !== undefined) {
    if (!subject.failing) return { kind: 'lost', trouble: CHANGED };
    // One late answer is no death; but the hold begins anew.
    const deadline = now + subject.allowanceMs;
    return { kind: 'on', canary: { ...canary, healthySince: undefined, deadline } };
  }
  if (now < canary.deadline) return { kind: 'on', canary: { ...canary, begun } };
  // It never had its turn.
  if (!begun) return { kind: 'dropped' };
  return { kind: canary.verified && isUnwell(trouble) ? 'failed' : 'lost', trouble };
}

const RANK = { revision: 0, 'last-good': 2, nothing: 3, other: 4 } as const;

/** The lower the better: no push at all, then little harm, then little waiting. */
function cost(subject: Subject): readonly number[] {
  const { shows, failedLately, restLeftMs } = subject;
  return [shows === 'revision' ? 0 : 1, Number(failedLately), RANK[shows], restLeftMs];
}

function isCheaper(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

/** The best of a group; any of the equally good. */
function choose(
  subjects: readonly Subject[],
  tried: ReadonlySet<string>,
  random: Random,
): Subject | undefined {
  const fresh = subjects.filter(({ key, shows }) => !tried.has(key) || shows === 'revision');
  const candidates = fresh.length > 0 ? fresh : subjects;
  const best = candidates.filter((one) => !candidates.some((other) => isCheaper(cost(other), cost(one))));
  return best[Math.floor(random() * best.length)];
}

const isKnown = (subject: Subject): boolean =>
  subject.failing || subject.refused || (subject.lookedAt !== undefined && subject.group !== undefined);

/** Groups that could load, and have not proven the revision. */
export function groupsToProve(subjects: Iterable<Subject>, proven: ReadonlySet<string>): string[] {
  const groups = new Set([...subjects].filter(canLoad).flatMap(({ group }) => group ?? []));
  return [...groups].filter((group) => !proven.has(group));
}

/** Gateways that would not tell what they are may be of any other group: their canary comes last, and goes alone. */
function inTurn(missing: readonly string[], underWay: ReadonlyMap<string, Canary>): readonly string[] {
  if (underWay.has(UNKNOWN_GROUP)) return [];
  const known = missing.filter((group) => group !== UNKNOWN_GROUP);
  return known.length === 0 && underWay.size === 0 ? missing : known;
}

const canLoad = ({ failing, refused, rejected, lookedAt }: Subject): boolean =>
  !failing && !refused && !rejected && lookedAt !== undefined;

/** One step of the gate: what became of its canaries, and who are the next. */
export function step(
  before: Gate,
  subjects: ReadonlyMap<string, Subject>,
  settings: GateSettings,
  now: number,
  random: Random,
): GateStep {
  const canaries = new Map<string, Canary>();
  const proven = new Set(before.proven);
  const losses = new Map(before.losses);
  const lost: { key: string; trouble: Trouble }[] = [];
  let verdict: Verdict | undefined;
  for (const [group, canary] of before.canaries) {
    const standing = judge(canary, subjects.get(canary.key), settings, now);
    if (standing.kind === 'on') canaries.set(group, standing.canary);
    if (standing.kind === 'proven') proven.add(group);
    if (standing.kind === 'failed') verdict = { kind: 'failed', key: canary.key, trouble: standing.trouble };
    if (standing.kind === 'lost') {
      lost.push({ key: canary.key, trouble: standing.trouble });
      losses.set(group, (losses.get(group) ?? 0) + 1);
      if ((losses.get(group) ?? 0) >= before.patience)
        verdict ??= { kind: 'stopped', trouble: standing.trouble };
    }
  }
  const tried = new Set([...before.tried, ...lost.map(({ key }) => key)]);
  const gate: Gate = { ...before, canaries, proven, losses, tried };
  const waitsUntil = before.openedAt + CHOICE_PATIENCE_MS;
  const all = [...subjects.values()];
  const ready = now >= waitsUntil || all.every(isKnown);
  const wakeAt = (): number =>
    Math.min(
      ready ? Infinity : waitsUntil,
      ...[...canaries.values()].map(({ healthySince, deadline }) =>
        healthySince === undefined ? deadline : Infinity,
      ),
    );
  if (verdict !== undefined || !ready) {
    return { gate, verdict, chosen: [], lost, wakeAt: wakeAt() };
  }
  const able = all.filter(canLoad);
  const missing = groupsToProve(able, proven).filter((group) => !canaries.has(group));
  if (missing.length === 0 && canaries.size === 0 && proven.size > 0) verdict = { kind: 'proven' };
  const chosen = settings.mayChoose
    ? inTurn(missing, canaries).flatMap((group) => {
        const ofGroup = able.filter((subject) => subject.group === group);
        const best = choose(ofGroup, tried, random);
        return best === undefined ? [] : canaryOf(best, group, now);
      })
    : [];
  for (const canary of chosen) canaries.set(canary.group, canary);
  return { gate, verdict, chosen, lost, wakeAt: wakeAt() };
}

function canaryOf({ key, shows, restLeftMs, allowanceMs }: Subject, group: string, now: number): Canary {
  return {
    key,
    group,
    chosenAt: now,
    from: shows,
    // One that shows the revision has it, whatever its next look comes to.
    begun: shows === 'revision',
    verified: false,
    deadline: now + restLeftMs + allowanceMs,
    healthySince: undefined,
    smoke: { at: -Infinity, failures: 0, trouble: undefined },
  };
}
