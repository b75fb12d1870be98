import { sleep, type Clock, type Random } from '../../clock/clock.js';
import type { Report } from '../../report/happening.js';
import type { KubeClient } from '../client/client.js';
import { LEASES } from '../client/resource.js';
import { parseMeta } from '../object.js';
import { rethrowLater } from '../rethrow-later.js';
import { startWatchCache } from '../watch-cache/watch-cache.js';
import { performAction } from './perform.js';
import { releaseLease } from './release.js';
import { checkElectionTimes, checkLeaseName, type ElectionTimes } from './settings.js';
import { initialState, ownLease, step, type ElectionState, type Observation } from './step.js';

export interface ElectionOptions extends ElectionTimes {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly leaseName: string;
  readonly namespace: string;
  /** Pod name, `_`, and a UUID made anew by each process (`newIdentity`). */
  readonly identity: string;
  /** Something else than the Lease tells that there were leaders: where it is gone, somebody deleted it. */
  readonly ledBefore?: () => boolean;
  readonly report: Report;
  /** Where a listener's error goes; by default it ends the process. */
  readonly crash?: (error: unknown) => void;
}

export interface Elector {
  /** To be asked right before anything that only a leader may do: it is true only inside this process's time. */
  isLeader(): boolean;
  /** Until when this process leads, by the clock's `now`; every renewal moves it. -Infinity when it does not lead. */
  validUntil(): number;
  /** leaseTransitions of the Lease as last seen: one number for one tenure of one leader. */
  term(): number;
  /** Who holds the Lease, as last seen; undefined when nobody does. */
  holder(): string | undefined;
  /** Calls back whenever `isLeader()` changes; gives a function that ends that. */
  onChange(listener: (leading: boolean) => void): () => void;
  /** Stops leading now and lays the Lease down, if held, for others to take at once. Never rejects; the last thing to do. */
  release(): Promise<void>;
  /** Stops at once and writes nothing: others take over when the Lease runs out. */
  stop(): void;
}

/**
 * Takes part in the election. It never gives up: after a loss it is a follower again, and may lead again. A watch of the Lease
 * tells it when to look, so that a release is noticed at once; without the watch it looks every retry period or two.
 *
 * @throws RangeError when the times or the name cannot work (`checkElectionTimes`, `checkLeaseName`)
 */
export function startElection(options: ElectionOptions): Elector {
  const problems = [checkLeaseName(options.leaseName) ?? [], checkElectionTimes(options)].flat();
  if (problems.length > 0) throw new RangeError(problems.join('; '));

  const { clock, random, identity, report, crash = rethrowLater } = options;
  const listeners = new Set<(leading: boolean) => void>();
  const stopping = new AbortController();
  let state = initialState();
  let hint: Observation | undefined;
  let wake = (): void => undefined;
  let announced = false;
  let announcedHolder: string | undefined;
  let cancelExpiry = (): void => undefined;
  let unreachable: string | undefined;
  let released: Promise<void> | undefined;

  const isLeader = (): boolean => clock.now() < state.validUntil;
  const leaseWatch = startWatchCache({
    client: options.client,
    clock,
    random,
    resource: LEASES,
    namespace: options.namespace,
    fieldSelector: `metadata.name=${options.leaseName}`,
    parse: parseMeta,
    report,
    onChange(leases) {
      const [lease] = leases.values();
      hint = { kind: 'hinted', version: lease?.resourceVersion };
      wake();
    },
  });
  const running = run();

  async function run(): Promise<void> {
    let observation: Observation = { kind: 'woke' };
    while (!stopping.signal.aborted) {
      const moment = { now: clock.now(), wall: clock.wall(), chance: random() };
      const next = step(state, observation, moment, {
        ...options,
        ledBefore: options.ledBefore?.() ?? false,
      });
      become(next.state);
      if (next.action.kind === 'wait') {
        await pause(next.action.until - moment.now);
        observation = hint ?? { kind: 'woke' };
        hint = undefined;
      } else {
        const result = await performAction(options, next.action, stopping.signal);
        tellOfFailure(result.error?.message);
        observation = result.observation;
      }
    }
  }

  /** Until time is up, a hint comes or the end. */
  async function pause(ms: number): Promise<void> {
    if (hint !== undefined || stopping.signal.aborted) return;
    const woken = new AbortController();
    wake = () => woken.abort();
    await sleep(clock, ms, woken.signal);
  }

  /** Takes over a state; whatever changed for others is told at once, and again when the time runs out. */
  function become(next: ElectionState): void {
    state = next;
    announce();
    const holder = holderOf(state);
    if (state.seen !== undefined && holder !== announcedHolder) {
      announcedHolder = holder;
      report({ kind: 'leader-observed', holder: holder ?? '' });
    }
  }

  function announce(): void {
    cancelExpiry();
    const leading = isLeader();
    if (leading) cancelExpiry = clock.after(state.validUntil - clock.now(), announce);
    if (leading === announced) return;
    announced = leading;
    const term = state.transitions ?? 0;
    if (leading) {
      const { namespace, leaseName: name } = options;
      const { seen } = state;
      // With its uid, or `kubectl describe` does not find the Event.
      const uid = seen !== undefined && seen !== 'absent' && { uid: seen.uid };
      const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name, ...uid };
      announcedHolder = identity;
      report({ kind: 'leader-elected', identity, term, lease });
    } else if (!stopping.signal.aborted) {
      report({ kind: 'leadership-lost', term, reason: whyLost(state, identity) });
    }
    for (const listener of listeners) {
      try {
        listener(leading);
      } catch (error) {
        crash(error);
      }
    }
  }

  function tellOfFailure(reason: string | undefined): void {
    const leftMs = state.validUntil - clock.now();
    if (reason !== undefined && leftMs > 0) report({ kind: 'lease-renewal-failed', reason, leftMs });
    else if (reason !== undefined && reason !== unreachable) report({ kind: 'lease-unreachable', reason });
    unreachable = reason;
  }

  function stop(): void {
    stopping.abort();
    wake();
    leaseWatch.stop();
    become({ ...state, validUntil: -Infinity });
  }

  return {
    isLeader,
    validUntil: () => (isLeader() ? state.validUntil : -Infinity),
    term: () => state.transitions ?? 0,
    holder: () => holderOf(state),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    release() {
      released ??= (async () => {
        stop();
        await running;
        await releaseLease(options, state);
      })();
      return released;
    },
    stop,
  };
}

function holderOf({ seen }: ElectionState): string | undefined {
  return typeof seen !== 'object' || seen.holder === '' ? undefined : seen.holder;
}

function whyLost(state: ElectionState, identity: string): string {
  if (ownLease(state, identity) !== undefined || state.seen === 'absent')
    return 'no renewal succeeded before the renew deadline';
  const holder = holderOf(state);
  return holder === undefined ? 'somebody cleared the holder of the Lease' : `${holder} holds the Lease`;
}
