import { EMPTY_HASH } from '../config/revision.js';
import type { Revision } from '../config/revision.js';
import { groupOf } from '../gateway/node.js';
import { loadAllowanceMs, restLeftMs } from '../gateway/load.js';
import type { GatewayState } from '../gateway/state.js';
import type { Trouble } from '../report/happening.js';
import { failedLately } from './lanes.js';

/** What the gate needs to know of one gateway. */
export interface Subject {
  readonly key: string;
  /** Gateways of one group take the same configurations; `undefined` while nobody has asked it. */
  readonly group: string | undefined;
  /** When it last answered; `undefined`: it never did. */
  readonly lookedAt: number | undefined;
  readonly shows: 'revision' | 'last-good' | 'nothing' | 'other';
  /** Its last answer is missing, or was no good. */
  readonly failing: boolean;
  /** It failed within the last minute. */
  readonly failedLately: boolean;
  /** Only a person can help it. */
  readonly refused: boolean;
  /** It rejected this very revision. */
  readonly rejected: boolean;
  /** A push of ours is under way, or its outcome is not known yet. */
  readonly loading: boolean;
  readonly restLeftMs: number;
  /** How long a load may take there (ms). */
  readonly allowanceMs: number;
  readonly trouble: Trouble | undefined;
}

const isLoading = ({ phase, unsettled }: GatewayState): boolean =>
  phase === 'pushing' || phase === 'verifying' || unsettled !== undefined;

function shownBy(state: GatewayState, revision: Revision, good: readonly string[]): Subject['shows'] {
  const { phase, served, hash } = state;
  if (phase === 'in-sync' && served === revision.id) return 'revision';
  // It may have shown the revision before anybody wanted it there: a leader before us had come as far.
  if (hash === revision.id && !isLoading(state)) return 'revision';
  if (phase === 'in-sync' && served !== undefined && good.includes(served)) return 'last-good';
  return hash === EMPTY_HASH ? 'nothing' : 'other';
}

/**
 * What the gate of `revision` needs to know of a gateway.
 *
 * @param good ids of revisions that have proven themselves
 */
export function subjectOf(
  key: string,
  state: GatewayState,
  revision: Revision,
  good: readonly string[],
  now: number,
): Subject {
  const { node, phase, failures } = state;
  return {
    key,
    group: node === undefined ? undefined : groupOf(node),
    lookedAt: state.lookedAt,
    shows: shownBy(state, revision, good),
    failing: failures > 0 || phase === 'unreachable',
    failedLately: failedLately(state, now),
    refused: phase === 'refused',
    rejected: phase === 'rejected' && state.rejection?.revision === revision.id,
    loading: isLoading(state),
    restLeftMs: restLeftMs(state, now),
    allowanceMs: loadAllowanceMs(revision, state.lastLoad?.durationMs),
    trouble: state.trouble,
  };
}
