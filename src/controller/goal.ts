import type { Revision } from '../config/revision.js';
import type { Goal } from '../rollout/plan.js';

/** All that decides what the fleet is to be brought to. */
export interface Standing {
  /** What the sources say, as far as it was accepted. */
  readonly accepted: Revision | undefined;
  readonly lastGood: Revision | undefined;
  /** Whether a revision was rejected, aborted or rolled back, by its id. */
  readonly withdrawn: (id: string) => boolean;
  /** Somebody paused the rollout. */
  readonly paused: boolean;
  /** A first push waits, until it is known what the gateways carry or somebody approves. */
  readonly firstPushWaits: boolean;
}

/** A withdrawn revision is no goal: the fleet stays on last good, or goes back to it. */
export function goalOf({ accepted, lastGood, withdrawn, paused, firstPushWaits }: Standing): Goal {
  const desired = accepted === undefined || withdrawn(accepted.id) ? undefined : accepted;
  return { desired, lastGood, paused: paused || (firstPushWaits && lastGood === undefined) };
}
