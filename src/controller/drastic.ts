import type { ChangeCounts, CountByType } from '../config/diff/change-counts.js';

/** What carries traffic, or lets it in: losing many of these at once is seldom meant. */
const PRECIOUS = ['services', 'routes', 'consumers'] as const;

/** A change that removes fewer than these is never drastic, whatever share they are. */
const FEW = 3;

/**
 * Why a change is drastic: it removes more than a share of the services, routes or consumers, told by their identities, so that as
 * many new ones do not make up for them.
 *
 * @param before how many of each type there were
 * @param maxPercent `--max-shrink`
 * @param advice what to do where it is meant
 */
export function drasticReasons(
  changes: ChangeCounts,
  before: CountByType,
  maxPercent: number,
  advice = 'approve it if that is meant',
): string[] {
  return PRECIOUS.flatMap((type) => {
    const [removed, all] = [changes.removed[type] ?? 0, before[type] ?? 0];
    if (removed < FEW || removed * 100 <= all * maxPercent) return [];
    return [
      `it removes ${removed} of ${all} ${type}, more than --max-shrink (${maxPercent} %) allows at once; ${advice}`,
    ];
  });
}
