import { EMPTY_HASH } from '../config/revision.js';
import type { Revision } from '../config/revision.js';
import type { Order } from '../gateway/assessment.js';

/** What the controller wants of the fleet. */
export interface Goal {
  /** What the fleet is to be brought to; `undefined` while there is nothing acceptable. */
  readonly desired: Revision | undefined;
  /**
   * The newest revision whose rollout succeeded: for empty gateways until the gate of `desired` is open, and for
   * everyone while nothing is desired.
   */
  readonly lastGood: Revision | undefined;
  /** No load of `desired` begins, a canary that has it already keeps it; empty gateways still get last good. */
  readonly paused: boolean;
  /** Ids of older revisions of ours: a gateway found on one was not changed by a stranger. */
  readonly known?: ReadonlySet<string>;
}

/** Where the rollout of what is desired stands, for gateways of one group. */
export interface Situation {
  readonly goal: Goal;
  /**
   * `open`: for the whole group; `closed`: for its canary alone; `unasked`: open for others, but nobody knows yet what this
   * gateway is; `withdrawn`: for nobody any more.
   */
  readonly gate: 'open' | 'closed' | 'unasked' | 'withdrawn';
  /** The newest revision that a canary of the group has proven. */
  readonly proven: Revision | undefined;
  /** A proven revision that the group gets although a newer one is desired: it has waited too long. */
  readonly released: Revision | undefined;
  /** Revisions that turned out to be bad, by id: whoever serves one is not left on it. */
  readonly bad: ReadonlySet<string>;
}

/** What the plan needs to know of one gateway. */
export interface Facts {
  readonly hash: string | undefined;
  readonly rejection: { readonly revision: string; readonly hash: string | undefined } | undefined;
  /** The revision that it is the canary of. */
  readonly canaryOf: Revision | undefined;
}

const only = (revision: Revision | undefined): Order => ({
  load: revision,
  fine: revision === undefined ? [] : [revision],
});

const rejectedWhenEmpty = ({ rejection }: Facts, revision: Revision): boolean =>
  rejection?.revision === revision.id && rejection.hash === EMPTY_HASH;

/** Who gets which revision now: what a gateway may load, and what it may go on serving. */
export function orderFor(situation: Situation, facts: Facts): Order {
  const { goal, gate, proven, released, bad } = situation;
  const { desired, lastGood } = goal;
  const fallback = lastGood ?? proven;
  const empty = facts.hash === EMPTY_HASH;
  if (facts.canaryOf !== undefined) return only(facts.canaryOf);
  if (desired === undefined || gate === 'withdrawn') return only(fallback);
  const isOpen = gate === 'open' && (!goal.paused || desired.id === lastGood?.id);
  // Where it took nothing of what its fellows took, something that worked is better than nothing.
  const needsSpare = isOpen && empty && rejectedWhenEmpty(facts, desired) && fallback?.id !== desired.id;
  if (isOpen && !(needsSpare && fallback !== undefined)) return only(desired);
  const fine = [desired, lastGood, proven].filter((revision) => revision !== undefined);
  if (isOpen) return { load: fallback, fine };
  // It will be asked in a moment, and then loads once.
  if (gate === 'unasked' && !goal.paused) return { load: undefined, fine };
  const needsOne = empty || (facts.hash !== undefined && bad.has(facts.hash));
  if (needsOne) return { load: fallback, fine };
  if (released !== undefined) {
    return { load: released, fine: [desired, proven, released].filter((revision) => revision !== undefined) };
  }
  return { load: undefined, fine };
}
