import type { Run } from '../facts.js';
import type { Invariant, InvariantPorts } from './invariant.js';

/** Which gateways are well while others are not: theirs is what must not be delayed. */
export interface Neighbours {
  readonly invariant: Invariant;
  /** From now on until `end`: these are well, and `others` more are there. */
  readonly begin: (well: ReadonlySet<string>, others: number) => void;
  /** Whether the gate has opened meanwhile, and whoever is well has had the push. */
  readonly served: () => boolean;
  readonly end: () => void;
}

/** When a load is late while no other was seen to end, and how many times what others took is late (rollout/load-times.ts). */
const UNKNOWN_MS = 1_000;
const LATE_FACTOR = 3;
/** The longest rest: after a load of unknown outcome, four times its allowance (gateway/state.ts). */
const LONGEST_REST_MS = 4 * 5_000;
/** From the opening of the gate to the push: a look, a question what it is, and messages that are late. */
const LOOKS_MS = 2_000;

/** From then on everybody may load it. */
interface Opening {
  readonly run: Run;
  readonly hash: string;
}

interface Watch {
  readonly well: ReadonlySet<string>;
  readonly others: number;
  opened: Opening | undefined;
  readonly restsUntil: Map<string, number>;
}

/**
 * I5: once a revision may go to all, a gateway that is well gets it within its rest and as long as all the others take in turn, each
 * until it is late: whatever is wrong with them takes no longer.
 */
export function neighbours({ clock, violated, hostOf }: InvariantPorts): Neighbours {
  let watch: Watch | undefined;
  const longestMs = new Map<Run, number>();
  const sentAt = new Map<string, number>();
  /** What each was pushed, or showed, last. */
  const has = new Map<string, string>();

  const turnsMs = ({ others }: Watch, run: Run): number => {
    const lateMs = Math.max(UNKNOWN_MS, LATE_FACTOR * (longestMs.get(run) ?? 0) * run.rate);
    return (LOOKS_MS + others * lateMs) / run.rate;
  };

  const expect = (current: Watch, { run, hash }: Opening, host: string, boundMs: number): void => {
    const openedAt = clock.now();
    const look = (): void => {
      if (watch !== current || has.get(host) === hash) return;
      const restedAt = current.restsUntil.get(host) ?? openedAt;
      const dueAt = Math.max(openedAt, restedAt) + boundMs;
      if (clock.now() >= dueAt) {
        const ms = Math.round(clock.now() - openedAt);
        violated('I5', `${host} is well, and ${run.name} has not pushed to it for ${ms} ms`);
      } else clock.after(dueAt - clock.now(), look);
    };
    clock.after(boundMs, look);
  };

  const invariant: Invariant = (fact) => {
    if (fact.kind === 'push-arrived') {
      sentAt.set(`${fact.push.by.run.name} ${fact.to}`, fact.push.sentAt);
      has.set(fact.to, fact.push.hash);
    } else if (fact.kind === 'answered') {
      const { run } = fact.by;
      if (fact.shows !== undefined) has.set(fact.from, fact.shows);
      if (fact.status !== 201) return;
      const tookMs = clock.now() - (sentAt.get(`${run.name} ${fact.from}`) ?? clock.now());
      longestMs.set(run, Math.max(longestMs.get(run) ?? 0, tookMs));
    } else if (fact.kind === 'said' && watch !== undefined) {
      const { happening, by } = fact;
      if (happening.kind === 'canary-ended' && happening.result === 'proven') {
        const opened = { run: by, hash: happening.revision };
        watch.opened = opened;
        const boundMs = turnsMs(watch, by);
        for (const host of watch.well) expect(watch, opened, host, boundMs);
      }
      if (happening.kind === 'gateway-resting') {
        const restMs = Math.min(happening.restMs, LONGEST_REST_MS) / by.rate;
        watch.restsUntil.set(hostOf(happening.gateway) ?? '', clock.now() + restMs);
      }
      // Another goal, or another leader: what was to be expected is no more.
      if (happening.kind === 'leadership-lost' || happening.kind === 'rollout-overdue') watch = undefined;
    }
  };

  return {
    invariant,
    begin(well, others) {
      watch = { well, others, opened: undefined, restsUntil: new Map() };
    },
    served() {
      if (watch === undefined) return true;
      const { opened, well } = watch;
      return opened !== undefined && [...well].every((host) => has.get(host) === opened.hash);
    },
    end() {
      watch = undefined;
    },
  };
}
