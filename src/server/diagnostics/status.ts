import type { Finding } from '../../config/finding.js';
import type { Drift } from '../../gateway/state.js';
import type { Phase } from '../../report/phases.js';
import type { ObjectRef, Trouble } from '../../report/happening.js';

/**
 * Everything that an operator may ask of one replica: `GET /api/v1/status`, the dashboard and `silverback status` show
 * nothing else. No secret stands in it. Times are ISO 8601, durations milliseconds.
 */
export interface Status {
  readonly time: string;
  readonly version: string;
  readonly identity: string;
  /** What to say first. */
  readonly summary: Summary;
  /** It does everything but push (`--observe`). */
  readonly observing: boolean;
  readonly leadership: LeadershipStatus;
  readonly config: ConfigStatus;
  readonly rollout: RolloutStatus;
  readonly revisions: RevisionsStatus;
  /** Ordered by name. A follower knows where gateways are, and nothing more of them. */
  readonly gateways: readonly GatewayStatus[];
  /** What keeps endpoints of the Service from being gateways, in words. */
  readonly discoveryProblems: readonly string[];
  /** Newest first, at most 100. */
  readonly convergences: readonly ConvergenceStatus[];
}

/**
 * - `ok`: every gateway serves what it should
 * - `working`: gateways are on their way, nobody need do anything
 * - `attention`: something waits for a person: a hold, an invalid source, a gateway that is behind
 * - `following`: this replica does not lead, and says who does
 * - `unknown`: nothing was judged yet, or nobody leads
 */
export type Level = 'ok' | 'working' | 'attention' | 'following' | 'unknown';

export interface Summary {
  readonly level: Level;
  /** One sentence, e.g. `97 of 100 gateways serve 3f2a91c0; 3 are behind`. */
  readonly sentence: string;
  /** What to do, most urgent first; each a sentence, with the command where there is one. */
  readonly advice: readonly string[];
}

export interface LeadershipStatus {
  readonly leading: boolean;
  /** Without an election every replica leads. */
  readonly election: boolean;
  readonly term: number;
  /** The identity of whoever leads, as far as it is known. */
  readonly holder?: string;
  /** Since when that one leads, as seen from here. */
  readonly since?: string;
  readonly lease?: ObjectRef;
}

export interface ConfigStatus {
  /** What was said of the newest sources; `pending`: they were not judged yet. */
  readonly verdict: 'pending' | 'valid' | 'held' | 'invalid';
  readonly since?: string;
  readonly findings: readonly FindingStatus[];
  readonly sources: readonly SourceStatus[];
}

/** A finding, with its source lines masked as `silverback validate` shows them. */
export interface FindingStatus extends Finding {
  /** Lines of text, ready to be shown in a fixed-width font. */
  readonly excerpt?: string;
}

export interface SourceStatus {
  readonly name: string;
  readonly object?: ObjectRef;
  readonly resourceVersion?: string;
  readonly gitSha?: string;
  /** SHA-256 of its texts, hex. */
  readonly digest?: string;
  readonly state: 'accepted' | 'pending' | 'invalid' | 'quarantined' | 'unreadable' | 'vanished';
  /** Why it is not accepted, in words. */
  readonly reason?: string;
  readonly errors: number;
  readonly warnings: number;
}

export interface RevisionsStatus {
  readonly desired?: RevisionStatus;
  readonly lastGood?: RevisionStatus;
  readonly held?: HoldStatus;
  /** Somebody paused the rollout. */
  readonly paused?: { readonly at: string; readonly by: string };
  /** What can be compared and gone back to: newest first, desired included. */
  readonly kept: readonly RevisionStatus[];
  readonly withdrawn: readonly {
    readonly revision: string;
    readonly at: string;
    readonly by: string;
    readonly why: string;
  }[];
  readonly audit: readonly { readonly at: string; readonly by: string; readonly what: string }[];
}

export interface RevisionStatus {
  /** MD5 of its bytes, hex: the gateways' `configuration_hash`. */
  readonly id: string;
  readonly bytes: number;
  readonly counts: Readonly<Record<string, number>>;
  /** When it was made here, or kept. */
  readonly at?: string;
  readonly sources: readonly {
    readonly name: string;
    readonly object?: ObjectRef;
    readonly resourceVersion?: string;
    readonly digest?: string;
    readonly gitSha?: string;
  }[];
}

export interface HoldStatus {
  /** Undefined where there is nothing that could be approved. */
  readonly revision?: string;
  readonly reasons: readonly string[];
  readonly codes: readonly string[];
  readonly since?: string;
}

export interface RolloutStatus {
  /** The word of rollout/gatekeeper.ts, or `idle` where nothing is to be brought anywhere. */
  readonly phase: string;
  /** What the phase means, in words. */
  readonly meaning: string;
  readonly revision?: string;
  readonly canaries: readonly string[];
  /** Gateways that serve what they should, of all. */
  readonly done: number;
  readonly total: number;
}

export interface GatewayStatus {
  readonly name: string;
  readonly url: string;
  readonly pod?: ObjectRef;
  readonly node?: string;
  readonly zone?: string;
  readonly ready?: boolean;
  readonly kongVersion?: string;
  readonly phase: Phase;
  /** Since when it is in that phase. */
  readonly since?: string;
  /** It serves what it should. */
  readonly current: boolean;
  readonly canary: boolean;
  /** The hash it last showed, and the revision that stands for, where it is one of ours. */
  readonly hash?: string;
  readonly revision?: string;
  readonly lookedAt?: string;
  readonly trouble?: Trouble;
  /** Failures in a row. */
  readonly failures: number;
  readonly lastLoadMs?: number;
  /** Within the last ten minutes it was found off what it had been brought to. */
  readonly drift?: DriftStatus;
  /** How long it still rests before its next load. */
  readonly restMs?: number;
}

export interface DriftStatus {
  /** What it was the last time. */
  readonly kind: Drift['kind'];
  readonly at: string;
  /** How often within ten minutes. */
  readonly times: number;
}

export interface ConvergenceStatus {
  readonly at: string;
  readonly revision: string;
  readonly gateways: number;
  /** From the change until the last gateway was verified. */
  readonly durationMs: number;
}

/** `GET /api/v1/happenings`: a line of the log that is kept in memory. */
export interface HappeningStatus {
  /** Counts up; a gap means that older ones were dropped. */
  readonly seq: number;
  readonly at: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** The happening's kind, e.g. `gateway-phase`. */
  readonly event: string;
  readonly message: string;
}
