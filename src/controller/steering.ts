import type { Revision } from '../config/revision.js';
import { SEALING_VERSION } from '../config/seal/seal.js';
import { provenanceOf } from '../history/provenance.js';
import type { Provenance } from '../history/provenance.js';
import { isApproved, withdrawalOf } from '../history/record.js';
import type { ObjectRef } from '../report/happening.js';
import type { Fleet } from '../rollout/fleet.js';
import type { Source } from '../sources/source.js';
import type { HeldRevision } from './config-loop.js';
import type { FirstPushGate } from './first-push-gate.js';
import { goalOf } from './goal.js';
import type { Keeper } from './keeper.js';
import type { Ports } from './ports.js';

export interface SteeringOptions extends Ports {
  readonly fleet: Pick<Fleet, 'setGoal'>;
  readonly keeper: Keeper;
  readonly leading: () => boolean;
  /** `undefined` where whatever the gateways carry may be replaced. */
  readonly firstPush: FirstPushGate | undefined;
}

export interface Standing {
  readonly revision: Revision;
  readonly provenance: Provenance;
  /** When it was accepted (monotonic ms). */
  readonly at: number;
}

/** Tells the fleet where to go: by what the sources say, what people decided, and what the gateways carry. */
export interface Steering {
  readonly accept: (revision: Revision, sources: readonly Source[]) => void;
  /** Nothing is accepted any more. */
  readonly retract: () => void;
  /** What the configuration loop holds. */
  readonly hold: (held: HeldRevision | undefined) => void;
  /** We lead from now on. */
  readonly lead: () => void;
  /** Something that decides has changed. */
  readonly look: () => void;
  /** The accepted revision, if it has this id. */
  readonly accepted: (id: string) => Revision | undefined;
  /** The objects that the accepted revision is made of. */
  readonly objects: () => readonly ObjectRef[];
  readonly held: () => boolean;
  /** What the sources say, as far as it was accepted, whatever became of it since. */
  readonly standing: () => Standing | undefined;
  /** What waits for an approval, whoever holds it. */
  readonly holds: () => HeldRevision | undefined;
  /** A rollout has succeeded. */
  readonly succeeded: (revision: Revision) => void;
  readonly stop: () => void;
}

/** The pace at which gateways are looked at before a first push (ms). */
const FIRST_LOOK_MS = 50;

export function startSteering(options: SteeringOptions): Steering {
  const { fleet, keeper, firstPush, clock, report, leading } = options;
  let accepted: Standing | undefined;
  let loopHold: HeldRevision | undefined;
  let told: string | undefined;
  let cancelLook = (): void => undefined;

  const withdrawal = (id: string): ReturnType<typeof withdrawalOf> => withdrawalOf(keeper.record(), id);

  /** Only a leader knows what gateways carry, and only a history that can be read knows of approvals. */
  const firstPushWaits = ({ id }: Revision): boolean => {
    if (firstPush === undefined) return false;
    const { lastGood } = keeper.record();
    const free = !keeper.readable() || lastGood !== undefined || isApproved(keeper.record(), id);
    if (!free && leading()) return firstPush.waits(id);
    firstPush.letGo();
    return !free;
  };

  const tellWithdrawn = (revision: Revision | undefined): void => {
    const found = revision && withdrawal(revision.id);
    if (found !== undefined && told !== found.revision)
      report({ kind: 'revision-withdrawn', revision: found.revision, why: found.why, by: found.by });
    told = found?.revision;
  };

  const look = (): void => {
    cancelLook();
    const revision = accepted?.revision;
    const waits = revision !== undefined && firstPushWaits(revision);
    if (waits && leading()) cancelLook = clock.after(FIRST_LOOK_MS, look);
    const goal = goalOf({
      accepted: revision,
      lastGood: keeper.lastGood(),
      withdrawn: (id) => withdrawal(id) !== undefined,
      paused: keeper.record().paused !== undefined,
      firstPushWaits: waits,
    });
    tellWithdrawn(revision);
    fleet.setGoal(goal);
    const { desired, lastGood } = goal;
    keeper.roll(waits || desired?.id === lastGood?.id ? undefined : desired?.id);
    keeper.hold(loopHold ?? firstPush?.held());
  };

  return {
    accept(revision, sources) {
      if (keeper.record().lastGood === undefined) firstPush?.made(revision.id);
      accepted = { revision, provenance: provenanceOf(sources, SEALING_VERSION), at: clock.now() };
      look();
    },
    retract() {
      accepted = undefined;
      look();
    },
    hold(held) {
      loopHold = held;
      look();
    },
    lead: look,
    look,
    accepted: (id) => (accepted?.revision.id === id ? accepted.revision : undefined),
    objects: () => accepted?.provenance.sources.flatMap(({ object }) => object ?? []) ?? [],
    held: () => firstPush?.held() !== undefined,
    standing: () => accepted,
    holds: () => loopHold ?? firstPush?.held(),
    succeeded(revision) {
      if (accepted?.revision.id === revision.id) keeper.keep(revision, accepted.provenance);
    },
    stop: () => cancelLook(),
  };
}
