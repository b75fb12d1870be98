import type { Revision } from '../../config/revision.js';
import type { HistoryRecord, KeptRevision } from '../../history/record.js';
import type { HoldStatus, RevisionsStatus, RevisionStatus } from '../../server/diagnostics/status.js';
import type { HeldRevision } from '../config-loop.js';
import type { Standing } from '../steering.js';

export interface RevisionFacts {
  /** What every gateway should serve in the end. */
  readonly desired: Revision | undefined;
  readonly lastGood: Revision | undefined;
  readonly standing: Standing | undefined;
  readonly record: HistoryRecord;
  readonly holds: HeldRevision | undefined;
  readonly wallTime: (monotonic: number) => string;
}

const keptStatus = ({ id, bytes, counts, keptAt, sources }: KeptRevision): RevisionStatus => ({
  id,
  bytes,
  counts,
  at: keptAt,
  sources,
});

export function revisionsOf(facts: RevisionFacts): RevisionsStatus {
  const { desired, lastGood, standing, record, wallTime } = facts;
  const statusOf = (revision: Revision): RevisionStatus => {
    const kept = record.revisions.find(({ id }) => id === revision.id);
    if (kept !== undefined) return keptStatus(kept);
    const { id, bytes, counts } = revision;
    const made = standing?.revision.id === id ? standing : undefined;
    return {
      id,
      bytes: bytes.length,
      counts,
      ...(made && { at: wallTime(made.at) }),
      sources: made?.provenance.sources ?? [],
    };
  };
  const isNew = desired !== undefined && !record.revisions.some(({ id }) => id === desired.id);
  const held = holdOf(facts);
  return {
    ...(desired && { desired: statusOf(desired) }),
    ...(lastGood && { lastGood: statusOf(lastGood) }),
    ...(held && { held }),
    ...(record.paused && { paused: record.paused }),
    kept: [...(isNew ? [statusOf(desired)] : []), ...record.revisions.map(keptStatus)],
    withdrawn: record.withdrawn,
    audit: record.audit,
  };
}

/** Who leads knows at once; the others are told by the record, where they did not come to the same. */
function holdOf({ holds, record }: RevisionFacts): HoldStatus | undefined {
  const told = record.held;
  if (holds === undefined && told === undefined) return undefined;
  const { revision, reasons, codes } = holds ?? told ?? { revision: undefined, reasons: [], codes: [] };
  const since = told?.revision === revision ? told?.since : undefined;
  return {
    ...(revision !== undefined && { revision }),
    reasons,
    codes,
    ...(since !== undefined && { since }),
  };
}
