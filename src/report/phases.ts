/**
 * Where a gateway stands. `unreachable`, `rejected`, `refused` and `busy` each wait for something else: time,
 * another revision, a person, and what the gateway asked for.
 */
export const PHASES = [
  'unknown',
  'probing',
  'in-sync',
  'out-of-sync',
  'pushing',
  'verifying',
  'unreachable',
  'rejected',
  'refused',
  'busy',
] as const;

export type Phase = (typeof PHASES)[number];

/** Where a rollout stands. */
export const ROLLOUT_PHASES = [
  'idle',
  'choosing',
  'canary',
  'rolling',
  'paused',
  'withdrawn',
  'stopped',
] as const;

export type RolloutPhase = (typeof ROLLOUT_PHASES)[number];
