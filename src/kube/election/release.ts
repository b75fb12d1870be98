import { sleep } from '../../clock/clock.js';
import type { Report } from '../../report/happening.js';
import { RELEASED_SECONDS, microTime, type Lease } from './lease.js';
import { isRefusal, readLease, updateLease, type LeaseAccess } from './perform.js';
import type { ElectionTimes } from './settings.js';
import { ownLease, type ElectionState } from './step.js';

/** How long a release may take, as a share of the renew deadline; the Lease runs out by itself anyway. */
const PATIENCE_SHARE = 0.5;
const PAUSE_SHARE = 0.1;

/**
 * Lays the Lease down: no holder, one second (client-go `release`). A process that merely tried to take it looks first, because
 * its last try may have worked. Does nothing for one that never tried. Never rejects: what fails is reported.
 */
export async function releaseLease(
  access: LeaseAccess & ElectionTimes & { readonly identity: string; readonly report: Report },
  state: ElectionState,
): Promise<void> {
  if (state.acquireTime === undefined) return;
  const { clock, identity, report, renewDeadlineMs, retryPeriodMs } = access;
  const giveUpAt = clock.now() + renewDeadlineMs * PATIENCE_SHARE;
  let lease = ownLease(state, identity);
  let reason = '';
  while (clock.now() < giveUpAt) {
    const options = { timeoutMs: giveUpAt - clock.now() };
    try {
      lease ??= await readLease(access, options);
      if (lease === undefined || ownLease({ ...state, seen: lease }, identity) === undefined) return;
      await updateLease(access, lease, releaseOf(lease, clock.wall()), options);
      report({ kind: 'lease-released', term: lease.transitions });
      return;
    } catch (error) {
      lease = undefined;
      reason = error instanceof Error ? error.message : 'failed';
      if (!isRefusal(error, 'update')) await sleep(clock, retryPeriodMs * PAUSE_SHARE);
    }
  }
  report({
    kind: 'lease-unreachable',
    reason: `it could not be released, others wait until it runs out: ${reason}`,
  });
}

function releaseOf(lease: Lease, wall: Date): Parameters<typeof updateLease>[2] {
  const now = microTime(wall);
  return {
    holder: '',
    durationSeconds: RELEASED_SECONDS,
    acquireTime: now,
    renewTime: now,
    transitions: lease.transitions,
  };
}
