import type { Happening } from '../../src/report/happening.js';
import type { VirtualProcess } from '../support/virtual-process.js';

/** One life of a controller replica: a restart begins another. */
export interface Run {
  /** `silverback-2#3`: the third life of the second replica. */
  readonly name: string;
  readonly identity: string;
  readonly process: VirtualProcess;
  readonly startedAt: number;
  /** How fast its clock goes, 1 being right. */
  readonly rate: number;
  /** Since when it is stopped (SIGSTOP), by the world's clock. */
  readonly stoppedSince: () => number | undefined;
  /** When it was told to shut down. */
  readonly toldToStopAt: () => number | undefined;
  /** When it last went on. */
  readonly resumedAt: () => number | undefined;
}

/** One life of a Kong node. */
export interface KongView {
  /** `kong-2#3`. */
  readonly name: string;
  readonly version: string;
  /** The hash of what it serves, whether or not it shows it already. */
  readonly serves: () => string;
}

/** Who sends a request to a gateway: a replica in its tenure, as its User-Agent says, or somebody else. */
export interface Sender {
  readonly run: Run;
  readonly term: number;
}

/** A push as it can be seen on the wire. */
export interface Push {
  readonly by: Sender;
  readonly hash: string;
  readonly checkHash: boolean;
  readonly sentAt: number;
  /** Whether its sender still waits for the answer. */
  readonly awaited: () => boolean;
}

/** What a bystander on the wire sees; invariants and the trace are made of nothing else. */
export type Fact =
  /** A request, or one slice of its body, leaves a replica. */
  | {
      readonly kind: 'sent';
      readonly by: Sender;
      readonly to: string;
      readonly what: string;
      readonly push: boolean;
    }
  | {
      readonly kind: 'cut-off';
      readonly by: Sender;
      readonly to: string;
      readonly what: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'answered';
      readonly by: Sender;
      readonly from: string;
      readonly what: string;
      readonly status: number;
      /** The hash that a /status shows. */
      readonly shows: string | undefined;
    }
  /** The connection broke, or never came to be. */
  | { readonly kind: 'failed'; readonly by: Sender; readonly to: string; readonly what: string }
  | { readonly kind: 'push-arrived'; readonly at: KongView; readonly to: string; readonly push: Push }
  | {
      readonly kind: 'load-began';
      readonly at: KongView;
      readonly hash: string;
      readonly push: Push | undefined;
      readonly ms: number;
    }
  /** It may also have died with its node. */
  | {
      readonly kind: 'load-ended';
      readonly at: KongView;
      readonly hash: string;
      readonly push: Push | undefined;
      readonly committed: boolean;
    }
  | { readonly kind: 'rejected'; readonly at: KongView; readonly hash: string }
  | { readonly kind: 'listed'; readonly by: Run; readonly resource: string }
  /** The run has got to know that there is a Lease. */
  | { readonly kind: 'lease-seen'; readonly by: Run }
  /** A Lease was written in the run's name, and it knows. */
  | { readonly kind: 'lease-held'; readonly by: Run; readonly requestedAt: number }
  /** A text passed validation; what is sealed of it. */
  | {
      readonly kind: 'validated';
      readonly by: Run;
      readonly hash: string;
      readonly empty: boolean;
      /** The files that it was made of, and the services in it. */
      readonly teams: ReadonlySet<string>;
      readonly services: ReadonlySet<string>;
    }
  /** The record was written. */
  | { readonly kind: 'record-written'; readonly term: number }
  /** The record names another revision as last good. */
  | { readonly kind: 'last-good'; readonly hash: string }
  /** Somebody approved a revision. */
  | { readonly kind: 'approved'; readonly hash: string }
  | { readonly kind: 'said'; readonly by: Run; readonly happening: Happening }
  | { readonly kind: 'event'; readonly who: string; readonly what: string };

export type Note = (fact: Fact) => void;
