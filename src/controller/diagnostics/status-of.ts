import type { Clock } from '../../clock/clock.js';
import { withdrawalOf } from '../../history/record.js';
import type { ObjectRef } from '../../report/happening.js';
import type {
  FindingStatus,
  LeadershipStatus,
  RolloutStatus,
  Status,
} from '../../server/diagnostics/status.js';
import { summarise } from '../../server/diagnostics/summary.js';
import { gatewaysOf } from './gateways-of.js';
import type { Recorder } from './recorder.js';
import { revisionsOf } from './revisions-of.js';
import { sourcesOf } from './sources-of.js';
import type { ControllerView } from './view.js';

/** All that a status is made of. */
export interface StatusParts {
  readonly view: ControllerView;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly wallTime: (monotonic: number) => string;
  readonly version: string;
  readonly identity: string;
  readonly observing: boolean;
  readonly election: boolean;
  readonly lease: ObjectRef | undefined;
  readonly startedAt: string;
  /** The findings on the newest sources, with excerpts as far as they are made. */
  readonly findings: () => readonly FindingStatus[];
}

/** What each phase of a rollout means. */
const MEANINGS: Readonly<Record<string, string>> = {
  idle: 'nothing is being rolled out',
  choosing: 'a new revision waits for gateways that can try it first',
  canary: 'a new revision is tried on canaries; the other gateways wait',
  rolling: 'a new revision goes to every gateway',
  paused: 'somebody paused the rollout: no load of a new revision begins',
  withdrawn: 'what the sources say was rejected, aborted or rolled back: it is not pushed',
  stopped: 'too many canaries were lost: it is tried again later, one canary at a time',
};

export function statusOf(parts: StatusParts): Status {
  const { view, recorder, clock, wallTime, version, identity, observing } = parts;
  const leading = view.leading();
  const desired = view.fleet.desired();
  const record = view.keeper.record();
  const said = view.loop.said();
  const standing = view.steering.standing();
  const known = new Set(
    [desired, standing?.revision, view.keeper.lastGood()].flatMap((revision) => revision?.id ?? []),
  );
  for (const { id } of record.revisions) known.add(id);
  const { phase, canaries } = view.fleet.rollout();
  const gateways = gatewaysOf(view.fleet.entries(), {
    leading,
    desired,
    canaries,
    known,
    drift: recorder.drift,
    now: clock.now(),
    wallTime,
  });
  const facts = {
    time: clock.wall().toISOString(),
    version,
    identity,
    observing,
    leadership: leadershipOf(parts, leading),
    config: {
      verdict: said?.verdict ?? ('pending' as const),
      ...(said && { since: wallTime(said.since) }),
      findings: parts.findings(),
      sources: view.sources.synced() ? sourcesOf(view.sources.snapshot(), said, view.loop.agreed()) : [],
    },
    rollout: {
      ...rolloutOf(view, leading ? phase : 'idle'),
      canaries: leading ? canaries : [],
      done: gateways.filter(({ current }) => current).length,
      total: gateways.length,
    },
    revisions: revisionsOf({
      desired,
      lastGood: view.keeper.lastGood(),
      standing,
      record,
      holds: view.steering.holds(),
      wallTime,
    }),
    gateways,
    discoveryProblems: recorder.discoveryProblems(),
    convergences: recorder.convergences(),
  };
  return { ...facts, summary: summarise(facts) };
}

/** A withdrawn revision is nobody's goal any more, and still what the sources say. */
function rolloutOf(
  { fleet, keeper, steering }: ControllerView,
  phase: string,
): Pick<RolloutStatus, 'phase' | 'meaning' | 'revision'> {
  const accepted = steering.standing()?.revision.id;
  const withdrawn = accepted !== undefined && withdrawalOf(keeper.record(), accepted) !== undefined;
  const now = withdrawn ? 'withdrawn' : phase;
  const revision = now === 'withdrawn' ? accepted : fleet.desired()?.id;
  return {
    phase: now,
    meaning: MEANINGS[now] ?? now,
    ...(now !== 'idle' && revision !== undefined && { revision }),
  };
}

function leadershipOf(parts: StatusParts, leading: boolean): LeadershipStatus {
  const { view, recorder, identity, election, lease, startedAt } = parts;
  const term = view.term();
  if (!election) return { leading, election, term, ...(leading && { holder: identity, since: startedAt }) };
  const leader = recorder.leader();
  return {
    leading,
    election,
    term,
    ...(leader && { holder: leader.holder, since: leader.since }),
    ...(lease && { lease }),
  };
}
