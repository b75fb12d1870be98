import { createDice } from './dice.js';
import type { Dice } from './dice.js';

/** What can go wrong; each seed has some of it, so that rare combinations come up and common ones do not hide others. */
export const TROUBLES = [
  'replica-crash',
  'replica-shutdown',
  'replica-pause',
  'replica-cut-from-api',
  'replica-cut-from-gateway',
  'api-down',
  'api-weather',
  'api-compaction',
  'lease-touched',
  'lease-deleted',
  'late-renewal',
  'late-messages',
  'gateway-crash',
  'gateway-hang',
  'gateway-trouble',
  'gateway-slow',
  'gateway-resets',
  'gateway-mislaid',
  'foreign-writer',
  'operator',
  'scale',
] as const;

export type TroubleName = (typeof TROUBLES)[number];

/** Everything about a run that its seed decides before it begins. */
export interface Scenario {
  readonly seed: number;
  readonly dice: Dice;
  readonly replicas: number;
  readonly gateways: number;
  readonly sources: number;
  /** How long things go wrong (ms). */
  readonly troubledMs: number;
  readonly troubles: ReadonlySet<TroubleName>;
  /** Between two troubles, and between two edits, on average (ms). */
  readonly troubleEveryMs: number;
  readonly editEveryMs: number;
  readonly clumsy: boolean;
  readonly large: boolean;
  readonly concurrency: number;
  /** Whether last good and decisions are kept in Secrets. */
  readonly history: boolean;
  readonly clockSpread: number;
  readonly nearMs: number;
  readonly versions: readonly string[];
}

export function scenarioOf(seed: number): Scenario {
  const dice = createDice(`seed ${seed}`);
  const share = dice.between(0.1, 0.7);
  return {
    seed,
    dice,
    replicas: dice.chance(0.7) ? 2 : 3,
    gateways: dice.whole(1, 8),
    sources: dice.whole(1, 3),
    troubledMs: dice.between(40_000, 110_000),
    troubles: new Set(TROUBLES.filter(() => dice.chance(share))),
    troubleEveryMs: dice.between(1_500, 9_000),
    editEveryMs: dice.between(3_000, 25_000),
    clumsy: dice.chance(0.5),
    large: dice.chance(0.06),
    concurrency: dice.pick([1, 2, 10]),
    history: dice.chance(0.8),
    clockSpread: dice.chance(0.7) ? 0.05 : 0,
    nearMs: dice.between(1, 30),
    versions: dice.chance(0.3) ? ['3.4.2', '3.9.3'] : ['3.9.3'],
  };
}
