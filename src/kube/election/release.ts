import { sleep } from '../../clock/clock.js';
import type { Report } from '../../report/happening.js';
import { isReleased, microTime, RELEASED_SECONDS, type Lease, type LeaseClaim } from './lease.js';
import { isRefusal, readLease, updateLease, type LeaseAccess } from './perform.js';
import type { ElectionTimes } from './settings.js';
import { ownLease, type ElectionState } from './step.js';

/** How long a release may take, and one try of it, as shares of the renew deadline; the Lease runs out by itself anyway. */
const PATIENCE_SHARE = 0.5;
const TRY_SHARE = 0.2;
/** Between tries, as a share of the retry period. */
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
  let tried = false;
  let reason = '';
  while (clock.now() < giveUpAt) {
    const options = { timeoutMs: Math.min(giveUpAt - clock.now(), renewDeadlineMs * TRY_SHARE) };
    try {
      lease ??= await readLease(access, options);
      const isOurs = lease !== undefined && ownLease({ ...state, seen: lease }, identity) !== undefined;
      if (lease !== undefined && isOurs) {
        tried = true;
        await updateLease(access, lease, releaseOf(lease, clock.wall()), options);
      }
      const releasedBefore = tried && lease !== undefined && isReleased(lease);
      if (isOurs || releasedBefore) report({ kind: 'lease-released', term: state.transitions ?? 0 });
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

function releaseOf({ transitions }: Lease, wall: Date): LeaseClaim {
  const now = microTime(wall);
  return {
    holder: '',
    durationSeconds: RELEASED_SECONDS,
    acquireTime: now,
    renewTime: now,
    transitions,
  };
}
