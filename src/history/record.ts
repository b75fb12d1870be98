import type { ObjectRef } from '../report/happening.js';

/** What outlives every controller: which revision is last good, what is kept, and what people and leaders decided. Never a secret. */
export interface HistoryRecord {
  /** Of the leader that wrote last; a lower term never overwrites a higher one. */
  readonly term: number;
  /** The newest revision whose rollout succeeded; always one of `revisions`. */
  readonly lastGood: string | undefined;
  /** What is being rolled out, as far as the leader told: what `rollout abort` and `rollback` mean by default. */
  readonly rollout: Rollout | undefined;
  /** Newest first, at most `--revision-history`. */
  readonly revisions: readonly KeptRevision[];
  /** Revisions that may not be pushed; newest first. */
  readonly withdrawn: readonly Withdrawal[];
  /** What waits for an approval now. */
  readonly held: Hold | undefined;
  /** Newest first. */
  readonly approvals: readonly Approval[];
  readonly paused: Pause | undefined;
  /** Newest first. */
  readonly audit: readonly AuditEntry[];
}

/** A revision whose bytes are stored. */
export interface KeptRevision {
  readonly id: string;
  /** Their size, unpacked. */
  readonly bytes: number;
  readonly counts: Readonly<Record<string, number>>;
  /** ISO 8601, as all times here. */
  readonly keptAt: string;
  /** Left out of older revisions where the record would grow too large. */
  readonly sources: readonly SourceProvenance[];
  /** Equal when every source had the same texts. */
  readonly sourcesDigest: string;
  /** `SEALING_VERSION` that made the bytes. */
  readonly sealing: number;
  /** Where they are, in order; a store that needs no slots has none. */
  readonly slots: readonly Slot[];
}

export interface Slot {
  readonly slot: number;
  /** Of what is in the slot, hex. */
  readonly sha256: string;
  readonly size: number;
}

/** Where a revision came from: one source. */
export interface SourceProvenance {
  readonly name: string;
  readonly object?: ObjectRef;
  readonly resourceVersion?: string;
  /** SHA-256 of its texts, hex. */
  readonly digest: string;
  /** The annotation `silverback.dev/git-sha`, where the object has it. */
  readonly gitSha?: string;
}

export interface Rollout {
  readonly revision: string;
  readonly since: string;
}

export interface Withdrawal {
  readonly revision: string;
  readonly at: string;
  readonly by: string;
  readonly why: string;
}

export interface Hold {
  /** Undefined where there is nothing that could be approved: no source is left. */
  readonly revision: string | undefined;
  readonly reasons: readonly string[];
  /** Stable words for the reasons, as findings have them. */
  readonly codes: readonly string[];
  readonly since: string;
}

export interface Approval {
  readonly revision: string;
  readonly at: string;
  readonly by: string;
}

export interface Pause {
  readonly at: string;
  readonly by: string;
}

export interface AuditEntry {
  readonly at: string;
  readonly by: string;
  readonly what: string;
}

/** What is read where nothing was ever stored, and only there: what was stored is never this very object. */
export const EMPTY_RECORD: HistoryRecord = {
  term: 0,
  lastGood: undefined,
  rollout: undefined,
  revisions: [],
  withdrawn: [],
  held: undefined,
  approvals: [],
  paused: undefined,
  audit: [],
};

/** How much of each there is at most: the record stays small whatever happens. */
export const BOUNDS = {
  revisions: 100,
  withdrawn: 20,
  approvals: 20,
  audit: 50,
  reasons: 20,
  codes: 20,
  /** Characters of a text. */
  text: 500,
  /** Bytes of the whole record as JSON. */
  record: 512 * 1024,
} as const;

export function keptRevision(record: HistoryRecord, id: string): KeptRevision | undefined {
  return record.revisions.find((kept) => kept.id === id);
}

export function withdrawalOf(record: HistoryRecord, id: string): Withdrawal | undefined {
  return record.withdrawn.find(({ revision }) => revision === id);
}

export function isApproved(record: HistoryRecord, id: string): boolean {
  return record.approvals.some(({ revision }) => revision === id);
}
