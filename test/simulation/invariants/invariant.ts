import type { Clock } from '../../../src/clock/clock.js';
import type { Fact } from '../facts.js';

/** Watches facts and says what must not be. */
export type Invariant = (fact: Fact) => void;

export interface InvariantPorts {
  readonly clock: Clock;
  readonly violated: (invariant: string, what: string) => void;
}
