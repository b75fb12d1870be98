import type { Clock } from '../../src/clock/clock.js';
import type { Dice } from './dice.js';

/**
 * Connections between named places as TCP makes them: what is sent arrives once and late, never damaged. A way that
 * is cut holds what is sent over it until it is mended, and gives it up when it stays cut. Lost, doubled and refused
 * requests are made above this (kube-link.ts, gateway-link.ts), for HTTP clients see them as such.
 */
export interface Network {
  /** Gives a function that takes back what a cut way still holds, as closing the connection does. */
  readonly send: (from: string, to: string, arrive: () => void) => () => void;
  /** Cuts one way; gives what mends it. */
  readonly cut: (from: string, to: string) => () => void;
  /** Makes one way slow; gives what ends it. */
  readonly delay: (from: string, to: string, ms: number) => () => void;
  readonly isCut: (from: string, to: string) => boolean;
  /** Calls back when either way between the two has been cut for so long that connections break. */
  readonly onGivenUp: (one: string, other: string, giveUp: () => void) => () => void;
  /** How likely a message is late, and by how much at most (ms). */
  weather: { readonly lateShare: number; readonly lateMs: number };
}

/** Keep-alive probes begin after 30 s of silence, and a second apart ten of them fail (kube/client/transport.ts, libuv). */
export const GIVEN_UP_MS = 40_000;
/** What TCP waits for at most before it sends again once a way is mended; its timer has doubled meanwhile. */
export const RESEND_MS = 2_000;
export const FAIR_WEATHER = { lateShare: 0.01, lateMs: 50 };

export function createNetwork(clock: Clock, dice: Dice, nearMs: number): Network {
  const cuts = new Map<string, number>();
  const delays = new Map<string, number>();
  const held = new Map<string, Set<() => void>>();
  const listeners = new Map<string, Set<() => void>>();

  const way = (from: string, to: string): string => `${from} > ${to}`;
  const pair = (one: string, other: string): string => [one, other].sort().join(' = ');
  const isCut = (from: string, to: string): boolean => (cuts.get(way(from, to)) ?? 0) > 0;
  const setOf = (sets: Map<string, Set<() => void>>, key: string): Set<() => void> => {
    const known = sets.get(key) ?? new Set();
    sets.set(key, known);
    return known;
  };

  const network: Network = {
    weather: FAIR_WEATHER,
    isCut,
    send(from, to, arrive) {
      const { lateShare, lateMs } = network.weather;
      const late = dice.chance(lateShare) ? dice.between(0, lateMs) : 0;
      let flying = true;
      let takenBack = false;
      const land = (): void => {
        if (takenBack) return;
        flying = !isCut(from, to);
        if (flying) arrive();
        else setOf(held, way(from, to)).add(land);
      };
      const delayed = delays.get(way(from, to)) ?? 0;
      clock.after(dice.between(nearMs / 2, nearMs) + late + delayed, land);
      return () => {
        // What has left the sender's buffers cannot be called back.
        takenBack = !flying;
      };
    },
    delay(from, to, ms) {
      delays.set(way(from, to), ms);
      return () => delays.delete(way(from, to));
    },
    cut(from, to) {
      const key = way(from, to);
      cuts.set(key, (cuts.get(key) ?? 0) + 1);
      const giveUp = clock.after(GIVEN_UP_MS, () => {
        held.delete(key);
        for (const listener of [...setOf(listeners, pair(from, to))]) listener();
      });
      let mended = false;
      return () => {
        if (mended) return;
        mended = true;
        giveUp();
        cuts.set(key, (cuts.get(key) ?? 1) - 1);
        if (isCut(from, to)) return;
        const waiting = [...setOf(held, key)];
        held.delete(key);
        for (const land of waiting) clock.after(dice.between(0, RESEND_MS), land);
      };
    },
    onGivenUp(one, other, giveUp) {
      const all = setOf(listeners, pair(one, other));
      all.add(giveUp);
      return () => all.delete(giveUp);
    },
  };
  return network;
}
