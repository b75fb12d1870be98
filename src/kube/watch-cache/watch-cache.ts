import { sleep, type Clock, type Random } from '../../clock/clock.js';
import type { Report } from '../../report/happening.js';
import type { KubeClient } from '../client/client.js';
import { startDeadline } from '../client/deadline.js';
import { resourceName, type Collection, type Selection } from '../client/resource.js';
import type { WatchEvent } from '../client/watch-stream.js';
import { isExpired, KubeError } from '../kube-error.js';
import type { Parse } from '../object.js';
import { rethrowLater } from '../rethrow-later.js';
import { adviceFor } from './advice.js';
import { HEALTHY_MS, planAfter, type Outcome, type Plan } from './plan.js';
import { arrivalOf, createStore, type Arrival } from './store.js';

export interface WatchCacheOptions<T> extends Collection, Selection {
  readonly client: KubeClient;
  /** An object that it throws for is reported, and is absent from the items until it changes. Messages hold no secrets. */
  readonly parse: Parse<T>;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Called with all items whenever some changed: the first time when the first list is complete. The map is a live view, keyed by
   * `namespace/name`.
   */
  readonly onChange: (items: ReadonlyMap<string, T>, change: Change) => void;
  readonly report: Report;
  /** Where an error of `onChange` goes; by default it ends the process. */
  readonly crash?: (error: unknown) => void;
}

export interface Change {
  /** `synced`: the first complete list; `relisted`: what a gap in the watch hid; `watched`: one object. */
  readonly kind: 'synced' | 'relisted' | 'watched';
  /** What is new, changed or gone. */
  readonly keys: readonly string[];
}

export interface WatchCache<T> {
  /** Whether the first list is complete; before, the items mean nothing. */
  synced(): boolean;
  items(): ReadonlyMap<string, T>;
  /** Objects that exist but could not be parsed, with the reason. */
  unreadable(): ReadonlyMap<string, string>;
  /** Clock milliseconds of the last sign of life (list, event, bookmark). */
  lastEventAt(): number | undefined;
  /** Ends it; nothing is called or reported any more. */
  stop(): void;
}

const SHORTEST_WATCH_S = 240;
const WATCH_SPREAD_S = 240;
/** A watch that is still there so long after the server should have ended it is dead: a half-open connection. */
const OVERDUE_S = 30;
/** A watch that ends early once or twice is a server that restarts; from then on it is trouble. */
const HARMLESS_ENDS = 3;

/**
 * Keeps a copy of a collection: lists it in pages, then watches from there with bookmarks. Whatever breaks, it goes on: from where it
 * was, or with a new list where it must (410), at growing, jittered intervals. It never gives up, and keeps what it has meanwhile.
 */
export function startWatchCache<T>(options: WatchCacheOptions<T>): WatchCache<T> {
  const { client, clock, random, crash = rethrowLater } = options;
  const resource = resourceName(options.resource);
  const at: Collection = {
    resource: options.resource,
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
  };
  const selection: Selection = {
    ...(options.labelSelector === undefined ? {} : { labelSelector: options.labelSelector }),
    ...(options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector }),
  };
  const stopping = new AbortController();
  const report: Report = (happening) => {
    if (!stopping.signal.aborted) options.report(happening);
  };
  const store = createStore(options.parse, (name, reason) =>
    report({ kind: 'object-unreadable', resource, name, reason }),
  );
  let synced = false;
  let version = '';
  let lastEventAt: number | undefined;
  let failing: KubeError | undefined;

  void run();

  async function run(): Promise<void> {
    let next: 'list' | 'watch' = 'list';
    let failures = 0;
    while (!stopping.signal.aborted) {
      const { outcome, error } = await (next === 'list' ? listOnce() : watchOnce());
      const plan = planAfter(failures, outcome, random);
      ({ next, failures } = plan);
      tell(outcome, error, plan);
      if (plan.delayMs > 0) await sleep(clock, plan.delayMs, stopping.signal);
    }
  }

  async function listOnce(): Promise<Ended> {
    try {
      const list = await client.list(at, arrivalOf, { ...selection, signal: stopping.signal });
      version = list.resourceVersion;
      takeList(list.items);
      return { outcome: { kind: 'listed' } };
    } catch (thrown) {
      const error = asKubeError(thrown);
      return { outcome: { kind: 'list-failed', retryAfterMs: error.retryAfterMs }, error };
    }
  }

  function takeList(list: readonly Arrival[]): void {
    lastEventAt = clock.now();
    const keys = store.replace(list);
    if (!synced) {
      synced = true;
      report({ kind: 'watch-synced', resource, items: list.length });
      deliver({ kind: 'synced', keys });
    } else if (keys.length > 0) {
      deliver({ kind: 'relisted', keys });
    }
  }

  async function watchOnce(): Promise<Ended> {
    let openedAt: number | undefined;
    let cancelHealthy = (): void => undefined;
    const onOpen = (): void => {
      openedAt = clock.now();
      cancelHealthy = clock.after(HEALTHY_MS, works);
    };
    const timeoutSeconds = SHORTEST_WATCH_S + Math.floor(random() * WATCH_SPREAD_S);
    const limit = startDeadline(clock, (timeoutSeconds + OVERDUE_S) * 1000, stopping.signal);
    const { signal } = limit;
    const parameters = { ...selection, resourceVersion: version, timeoutSeconds, signal, onOpen };
    const ended = (error?: KubeError): Ended =>
      endOfWatch(error, openedAt === undefined ? 0 : clock.now() - openedAt);
    try {
      for await (const event of client.watch(at, parameters)) {
        if (event.type === 'ERROR') return ended(event.error);
        takeEvent(event);
        works();
      }
      return ended();
    } catch (thrown) {
      const silent = `watch: nothing ended it ${OVERDUE_S} s after its time; the connection is taken for dead`;
      return ended(limit.expired() ? new KubeError(0, 'Timeout', silent) : asKubeError(thrown));
    } finally {
      cancelHealthy();
      limit.close();
    }
  }

  function takeEvent(event: Exclude<WatchEvent, { type: 'ERROR' }>): void {
    if (stopping.signal.aborted) return;
    lastEventAt = clock.now();
    if (event.type === 'BOOKMARK') {
      if (event.resourceVersion !== '') version = event.resourceVersion;
      return;
    }
    const arrival = arrivalOf(event.object);
    version = arrival.version;
    if (store.apply(event.type, arrival)) deliver({ kind: 'watched', keys: [arrival.key] });
  }

  function deliver(change: Change): void {
    if (stopping.signal.aborted) return;
    try {
      options.onChange(store.items, change);
    } catch (error) {
      crash(error);
    }
  }

  /** The watch is up (a list alone proves little: the watch may be what fails). */
  function works(): void {
    if (failing === undefined) return;
    failing = undefined;
    report({ kind: 'watch-recovered', resource });
  }

  function tell(outcome: Outcome, error: KubeError | undefined, plan: Plan): void {
    if (outcome.kind === 'listed') return;
    const harmless = outcome.kind === 'watch-ended' || outcome.kind === 'expired';
    if (harmless && plan.failures < HARMLESS_ENDS) {
      const reason = error?.message ?? 'the server ended it';
      report({ kind: 'watch-restarted', resource, reason, relist: plan.next === 'list' });
      return;
    }
    fail(error ?? new KubeError(0, 'BadAnswer', 'the server ends every watch at once'), plan.delayMs);
  }

  function fail(error: KubeError, delayMs: number): void {
    const advice = adviceFor(error, at);
    const told = failing?.status === error.status && failing.reason === error.reason;
    failing = error;
    // What needs somebody's hand is told once; what may pass by itself each time, as the intervals grow.
    if (told && advice !== undefined) return;
    const hint = advice === undefined ? {} : { advice };
    report({ kind: 'watch-failed', resource, reason: error.message, ...hint, delayMs });
  }

  return {
    synced: () => synced,
    items: () => store.items,
    unreadable: () => store.unreadable,
    lastEventAt: () => lastEventAt,
    stop: () => stopping.abort(),
  };
}

interface Ended {
  readonly outcome: Outcome;
  readonly error?: KubeError;
}

function endOfWatch(error: KubeError | undefined, livedMs: number): Ended {
  if (error === undefined) return { outcome: { kind: 'watch-ended', livedMs } };
  if (isExpired(error)) return { outcome: { kind: 'expired', livedMs }, error };
  return { outcome: { kind: 'watch-failed', livedMs, retryAfterMs: error.retryAfterMs }, error };
}

/** The client throws nothing else; what an object's metadata lacks is thrown by the cache itself. */
function asKubeError(thrown: unknown): KubeError {
  if (thrown instanceof KubeError) return thrown;
  return new KubeError(0, 'BadAnswer', thrown instanceof Error ? thrown.message : 'unreadable');
}
