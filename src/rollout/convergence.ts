import type { Clock } from '../clock/clock.js';
import type { Revision } from '../config/revision.js';
import type { GatewayState } from '../gateway/state.js';
import type { Phase } from '../report/phases.js';
import type { Report } from '../report/happening.js';
import type { Member } from './care.js';

/** Phases that only time, a person or another revision will end. */
const STUCK: ReadonlySet<Phase> = new Set(['unreachable', 'rejected', 'refused', 'busy']);
/** Gateways that a rollout does not wait for: out of reach, set aside by a 400 of their own, or wrongly set up. */
export const LEFT_OUT: ReadonlySet<Phase> = new Set(['unreachable', 'rejected', 'refused']);

/** A gateway under our care. */
export interface Tracked {
  readonly member: Member;
  readonly state: GatewayState;
}

const isOn = ({ state }: Tracked, revision: Revision): boolean =>
  state.phase === 'in-sync' && state.served === revision.id;

interface Since {
  readonly at: number;
  /** A change of what is desired, or a gateway that was not on it. */
  readonly cause: 'config' | 'fleet';
}

/** Tells when every gateway serves what it should, and when only those are missing that cannot be helped now. */
export interface Convergence {
  /** What every gateway should serve. */
  readonly aimAt: (revision: Revision | undefined) => void;
  /** A gateway's state has changed, or it is new. */
  readonly note: (gateway: Tracked) => void;
  readonly forget: (key: string) => void;
  /** Nobody is under our care any more. */
  readonly clear: () => void;
}

/**
 * @param isFinal whether a revision may be called reached: not while its canary is the only one to have it
 * @param onReached called whenever a change leaves every gateway that can be reached on the aim
 * @param seenAt when the change that made a revision the aim was seen (ms), where it is known
 */
export function createConvergence(
  clock: Clock,
  report: Report,
  isFinal: (aim: Revision) => boolean,
  onReached: (aim: Revision) => void,
  seenAt: (revision: string) => number | undefined = () => undefined,
): Convergence {
  let aim: Revision | undefined;
  const all = new Map<string, Tracked>();
  const behind = new Map<string, Tracked>();
  /** Since when not every gateway is known to serve what it should, and why; `undefined` while they do. */
  let since: Since | undefined = { at: clock.now(), cause: 'fleet' };
  /** Which set of laggards was told of last. */
  let told = '';

  const place = (gateway: Tracked): void => {
    const { key } = gateway.member;
    all.set(key, gateway);
    if (aim !== undefined && isOn(gateway, aim)) behind.delete(key);
    else behind.set(key, gateway);
  };

  const areAll = (phases: ReadonlySet<Phase>): boolean => {
    for (const { state } of behind.values()) if (!phases.has(state.phase)) return false;
    return true;
  };

  /** Everyone who can be reached is there, and some cannot: worth a word, once for each such set. */
  const tellOfTheRest = (revision: string): void => {
    if (!areAll(STUCK)) return;
    const laggards = [...behind.values()]
      .map(({ member, state }) => `${member.name} (${state.phase})`)
      .sort();
    const telling = `${revision} ${laggards.join(' ')}`;
    if (told === telling) return;
    told = telling;
    report({ kind: 'converged-but', revision, gateways: all.size, behind: laggards });
  };

  const check = (): void => {
    if (aim === undefined || all.size === 0) return;
    if (behind.size > 0) {
      since ??= { at: clock.now(), cause: 'fleet' };
      tellOfTheRest(aim.id);
    } else if (since !== undefined && isFinal(aim)) {
      const { at, cause } = since;
      since = undefined;
      told = '';
      report({
        kind: 'converged',
        revision: aim.id,
        gateways: all.size,
        durationMs: clock.now() - at,
        cause,
      });
    }
    if (behind.size < all.size && isFinal(aim) && areAll(LEFT_OUT)) onReached(aim);
  };

  return {
    aimAt(next) {
      if (next?.id !== aim?.id) {
        aim = next;
        since = { at: (next && seenAt(next.id)) ?? clock.now(), cause: 'config' };
        behind.clear();
        for (const gateway of all.values()) place(gateway);
      }
      check();
    },
    note(gateway) {
      place(gateway);
      check();
    },
    forget(key) {
      all.delete(key);
      behind.delete(key);
      check();
    },
    clear() {
      all.clear();
      behind.clear();
      since = { at: clock.now(), cause: 'fleet' };
    },
  };
}
