import type { ChangeCounts } from '../config/diff/change-counts.js';
import type { Finding } from '../config/finding.js';

/** Why something could not be done, told to people: what happened, and what to do about it. Never a secret. */
export interface Trouble {
  /** Stable class, for metrics and filters: `400`, `413`, `timeout`, `tls`, … */
  readonly code: string;
  readonly reason: string;
  readonly advice?: string;
}

/** A Kubernetes object that a happening is about; Events go there. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
}

type ProcessHappening =
  | {
      readonly kind: 'started';
      readonly version: string;
      readonly identity: string;
      readonly summary: string;
    }
  | { readonly kind: 'stopping'; readonly reason: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'serving'; readonly what: string; readonly address: string }
  | { readonly kind: 'setting-doubtful'; readonly message: string }
  | { readonly kind: 'credentials-rotated' }
  | { readonly kind: 'credentials-unreadable'; readonly reason: string }
  /** Of the admission webhook. */
  | { readonly kind: 'serving-certificate-rotated' }
  | { readonly kind: 'serving-certificate-unusable'; readonly reason: string };

type KubernetesHappening =
  | { readonly kind: 'watch-synced'; readonly resource: string; readonly items: number }
  | {
      readonly kind: 'watch-restarted';
      readonly resource: string;
      readonly reason: string;
      readonly relist: boolean;
    }
  | {
      readonly kind: 'watch-failed';
      readonly resource: string;
      readonly reason: string;
      readonly advice?: string;
      readonly delayMs: number;
    }
  | { readonly kind: 'watch-recovered'; readonly resource: string }
  | {
      readonly kind: 'object-unreadable';
      readonly resource: string;
      readonly name: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'leader-elected';
      readonly identity: string;
      readonly term: number;
      readonly lease: ObjectRef;
    }
  | { readonly kind: 'leader-observed'; readonly holder: string }
  | { readonly kind: 'leadership-lost'; readonly term: number; readonly reason: string }
  | { readonly kind: 'lease-released'; readonly term: number }
  | { readonly kind: 'lease-renewal-failed'; readonly reason: string; readonly leftMs: number }
  | { readonly kind: 'lease-unreachable'; readonly reason: string }
  | { readonly kind: 'event-dropped'; readonly reason: string };

type ConfigHappening =
  | { readonly kind: 'source-changed'; readonly source: string; readonly documents: number }
  | { readonly kind: 'source-unreadable'; readonly source: string; readonly reason: string }
  | { readonly kind: 'source-vanished'; readonly source: string; readonly object?: ObjectRef }
  /** It is kept out, or as it was; the rest goes on without its change. */
  | {
      readonly kind: 'source-quarantined';
      readonly source: string;
      readonly object?: ObjectRef;
      readonly findings: readonly Finding[];
    }
  | { readonly kind: 'sources-synced'; readonly sources: number }
  /** What became of a source could not be noted on it; it is tried again with the next change. */
  | { readonly kind: 'annotation-failed'; readonly source: string; readonly reason: string }
  /** Somebody is about to change a source, and the API server asked what to think of it. */
  | {
      readonly kind: 'change-reviewed';
      readonly source: string;
      readonly operation: string;
      readonly allowed: boolean;
      readonly message?: string;
      readonly warnings: readonly string[];
      readonly durationMs: number;
    }
  | {
      readonly kind: 'config-compiled';
      readonly revision: string;
      readonly counts: Readonly<Record<string, number>>;
      readonly bytes: number;
      readonly durationMs: number;
      readonly findings: readonly Finding[];
      readonly sources: readonly ObjectRef[];
    }
  | {
      readonly kind: 'config-invalid';
      readonly findings: readonly Finding[];
      readonly durationMs: number;
      /** The objects that the findings are about. */
      readonly objects: readonly ObjectRef[];
      readonly kept: string | undefined;
    }
  | {
      readonly kind: 'config-held';
      readonly revision: string | undefined;
      readonly reasons: readonly string[];
      readonly codes: readonly string[];
      readonly objects: readonly ObjectRef[];
      readonly kept: string | undefined;
    }
  | { readonly kind: 'compile-failed'; readonly reason: string }
  | { readonly kind: 'desired-changed'; readonly revision: string; readonly previous: string | undefined };

type HistoryHappening =
  | {
      /** What the sources say is not pushed: it was rejected, aborted or rolled back. */
      readonly kind: 'revision-withdrawn';
      readonly revision: string;
      readonly why: string;
      readonly by: string;
    }
  /** Last good and decisions cannot be read or written; everything else goes on. */
  | { readonly kind: 'history-trouble'; readonly trouble: Trouble };

type SchemaHappening =
  | {
      readonly kind: 'schemas-pulled';
      readonly gateway: string;
      readonly version: string;
      readonly plugins: readonly string[];
    }
  /** The gateway has no schema of these plugins that can be used: they stay unchecked. */
  | { readonly kind: 'schemas-missing'; readonly gateway: string; readonly plugins: readonly string[] }
  | {
      readonly kind: 'schemas-failed';
      readonly gateway: string;
      readonly trouble: Trouble;
      readonly delayMs: number;
    };

type GatewayHappening =
  | {
      readonly kind: 'discovery-changed';
      readonly gateways: number;
      readonly problems: readonly string[];
      /** The Service with its uid, where that is known. */
      readonly service?: ObjectRef;
    }
  | { readonly kind: 'gateway-found'; readonly gateway: string; readonly url: string }
  | { readonly kind: 'gateway-left'; readonly gateway: string }
  | {
      readonly kind: 'gateway-phase';
      readonly gateway: string;
      readonly object?: ObjectRef;
      readonly from: string;
      readonly to: string;
      readonly revision: string | undefined;
      readonly trouble: Trouble | undefined;
    }
  | {
      readonly kind: 'push-started';
      readonly gateway: string;
      readonly revision: string;
      readonly bytes: number;
      readonly lane: string;
    }
  | {
      readonly kind: 'push-ended';
      readonly gateway: string;
      readonly revision: string;
      readonly result: string;
      readonly bytes: number;
      readonly durationMs: number;
      readonly trouble: Trouble | undefined;
    }
  | {
      readonly kind: 'push-late';
      readonly gateway: string;
      readonly revision: string;
      readonly afterMs: number;
    }
  | { readonly kind: 'push-skipped'; readonly gateway: string; readonly revision: string }
  | {
      readonly kind: 'would-push';
      readonly gateway: string;
      readonly revision: string;
      readonly found: string;
    }
  /** What that push would change, by what the gateway serves. */
  | {
      readonly kind: 'would-change';
      readonly gateway: string;
      readonly revision: string;
      readonly changes: ChangeCounts;
    }
  | {
      readonly kind: 'served-unreadable';
      readonly gateway: string;
      readonly revision: string;
      readonly trouble: Trouble;
    }
  | {
      readonly kind: 'retry';
      readonly gateway: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly trouble: Trouble;
    }
  | {
      readonly kind: 'drift';
      readonly gateway: string;
      readonly object?: ObjectRef;
      readonly expected: string;
      readonly found: string;
      /** `empty`: after a restart; `file`: loaded at its start; `older`: a revision of ours; `foreign`: somebody else's. */
      readonly cause: 'empty' | 'file' | 'older' | 'foreign';
      /** Whether it is put back, or only told of (`--drift`). */
      readonly repair: boolean;
    }
  | {
      /** Somebody else changes it again and again; it is put back ever more slowly. */
      readonly kind: 'drift-contested';
      readonly gateway: string;
      readonly object?: ObjectRef;
      readonly expected: string;
      readonly times: number;
    }
  | {
      readonly kind: 'gateway-resting';
      readonly gateway: string;
      readonly revision: string;
      readonly restMs: number;
    }
  | {
      readonly kind: 'revision-refused';
      readonly gateway: string;
      readonly object?: ObjectRef;
      readonly revision: string;
      /** The revision is done for, and the fleet untouched; else this gateway alone is set aside. */
      readonly canary: boolean;
      readonly kongVersion: string | undefined;
      readonly findings: readonly Finding[];
    }
  | {
      readonly kind: 'hash-accepted';
      readonly gateway: string;
      readonly revision: string;
      readonly hash: string;
    }
  | { readonly kind: 'no-gateways' }
  | {
      readonly kind: 'converged';
      readonly revision: string;
      readonly gateways: number;
      /** From when a change of the sources was seen (`config`), or a gateway was not on the revision (`fleet`). */
      readonly durationMs: number;
      readonly cause: 'config' | 'fleet';
    }
  | {
      /** Every gateway that can be reached serves it, and some cannot be reached or will not take it. */
      readonly kind: 'converged-but';
      readonly revision: string;
      readonly gateways: number;
      readonly behind: readonly string[];
    };

type RolloutHappening =
  | {
      readonly kind: 'canary-chosen';
      readonly gateway: string;
      readonly revision: string;
      readonly kongVersion: string;
    }
  /** It died, or did not show the revision in time: another is chosen. */
  | {
      readonly kind: 'canary-lost';
      readonly gateway: string;
      readonly revision: string;
      readonly trouble: Trouble;
    }
  | {
      readonly kind: 'canary-ended';
      readonly revision: string;
      /** `stopped`: too many canaries were lost, nobody knows whose fault it is. */
      readonly result: 'proven' | 'rejected' | 'failed' | 'stopped';
      readonly durationMs: number;
      readonly trouble: Trouble | undefined;
    }
  /** A newer revision is desired, but the gateways have waited too long: they get one that was proven. */
  | { readonly kind: 'rollout-overdue'; readonly revision: string; readonly waitedMs: number }
  /** Canaries and every gateway that can be reached serve it. */
  | { readonly kind: 'rollout-succeeded'; readonly revision: string };

/** Everything worth a word, in one vocabulary: log lines, metrics and Events are made of these and nothing else. */
export type Happening =
  | ProcessHappening
  | KubernetesHappening
  | ConfigHappening
  | HistoryHappening
  | SchemaHappening
  | GatewayHappening
  | RolloutHappening;

export type Report = (happening: Happening) => void;
