import type { Clock } from '../../../src/clock/clock.js';
import type { Fact, KongView } from '../facts.js';

/** Watches facts and says what must not be. */
export type Invariant = (fact: Fact) => void;

export interface InvariantPorts {
  readonly clock: Clock;
  /** Who holds the Lease, as the API server has it. */
  readonly leaseHolder: () => string | undefined;
  readonly kongAt: (host: string) => KongView | undefined;
  /** The address of a gateway. */
  readonly hostOf: (name: string) => string | undefined;
  readonly violated: (invariant: string, what: string) => void;
}
