import { seededRandom } from '../support/virtual-replicas.js';

/** Chance, the same in every run of a seed. */
export interface Dice {
  /** Uniform in [0, 1). */
  readonly roll: () => number;
  readonly chance: (probability: number) => boolean;
  readonly between: (low: number, high: number) => number;
  /** A whole number, both ends included. */
  readonly whole: (low: number, high: number) => number;
  readonly pick: <T>(items: readonly [T, ...T[]]) => T;
  readonly pickOf: <T>(items: readonly T[]) => T | undefined;
  /** Exponentially distributed: how long until something that happens once every `mean`. */
  readonly until: (mean: number) => number;
  /** Dice of its own, so that one actor's rolls do not change another's. */
  readonly of: (actor: string) => Dice;
}

export function createDice(seed: string): Dice {
  const roll = seededRandom(seed);
  const between = (low: number, high: number): number => low + roll() * (high - low);
  return {
    roll,
    between,
    chance: (probability) => roll() < probability,
    whole: (low, high) => Math.floor(between(low, high + 1)),
    pick: (items) => items[Math.floor(roll() * items.length)] ?? items[0],
    pickOf: (items) => items[Math.floor(roll() * items.length)],
    until: (mean) => -Math.log(1 - roll()) * mean,
    of: (actor) => createDice(`${seed}/${actor}`),
  };
}
