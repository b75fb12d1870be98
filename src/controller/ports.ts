import type { Clock, Random } from '../clock/clock.js';
import type { Report } from '../report/happening.js';

/** What every part of the controller needs from the outside. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
}
