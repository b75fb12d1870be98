import { sleep, type Clock, type Random } from '../../clock/clock.js';
import type { Report } from '../../report/happening.js';
import { backoffMs } from '../backoff.js';
import type { KubeClient } from '../client/client.js';
import { EVENTS } from '../client/resource.js';
import { isAlreadyExists, KubeError } from '../kube-error.js';
import { createCombiner } from './combine.js';
import {
  eventName,
  eventNamespace,
  eventObject,
  likeness,
  recurrence,
  sameness,
  type KubeEvent,
  type Occurrence,
  type Reporter,
} from './event.js';
import { createTokenBucket, type TokenBucket } from './token-bucket.js';

export interface EventRecorderOptions extends Reporter {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
}

export interface EventRecorder {
  /** Says something about an object, some time soon. Never throws, never waits; what cannot be said is reported and dropped. */
  record(event: KubeEvent): void;
  /** Writes what waits, for two seconds at most, and ends. */
  close(): Promise<void>;
}

/** client-go's limit, which it has per object alone: 25 at once, then one every five minutes. */
const PER_OBJECT_AND_REASON = { burst: 25, refillMs: 300_000 };
const OVERALL = { burst: 100, refillMs: 200 };
const MOST_WAITING = 500;
/** As many Events and objects are remembered, the least recent forgotten. */
const MOST_REMEMBERED = 1000;
const TRIES = 3;
const CALL_TIMEOUT_MS = 5_000;
const FLUSH_MS = 2_000;

/**
 * Writes core/v1 Events: the same thing said again is counted up in one Event, what is alike but for its words is combined, each
 * object and all together have a limit, and a failing API server costs nothing but reports.
 */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, clock, random, report } = options;
  const waiting = new Map<string, Occurrence>();
  const written = new Map<string, Occurrence>();
  const limits = new Map<string, TokenBucket>();
  const combine = createCombiner(clock);
  const overall = createTokenBucket(clock, OVERALL);
  const stopping = new AbortController();
  let closed = false;
  let writing: Promise<void> | undefined;

  function record(said: KubeEvent): void {
    if (closed) return;
    const event = combine(said);
    const key = sameness(event);
    const last = clock.wall();
    const again = waiting.get(key);
    if (again !== undefined) {
      waiting.set(key, { ...again, event, count: again.count + 1, last });
      return;
    }
    const refusal = refusalOf(event);
    const before = written.get(key);
    const occurrence =
      before === undefined
        ? { event, name: eventName(event.object, unique()), count: 1, first: last, last }
        : { ...before, event, count: before.count + 1, last };
    if (refusal !== undefined) {
      // What is there already tells of it the next time that it may be written.
      if (before === undefined) drop(event, refusal);
      else remember(written, key, occurrence);
      return;
    }
    waiting.set(key, occurrence);
    writing ??= writeAll();
  }

  function refusalOf(event: KubeEvent): string | undefined {
    if (waiting.size >= MOST_WAITING) return 'too many are waiting to be written';
    const key = likeness(event);
    const limit = limits.get(key) ?? createTokenBucket(clock, PER_OBJECT_AND_REASON);
    remember(limits, key, limit);
    if (!limit.take()) return 'there were too many about this object';
    return overall.take() ? undefined : 'there were too many lately';
  }

  async function writeAll(): Promise<void> {
    // Later: `record` is to return first, and whoever says the same thing twice in a row is to have one Event.
    await Promise.resolve();
    for (const [key, occurrence] of waiting) {
      await write(key, occurrence);
      const newer = waiting.get(key);
      waiting.delete(key);
      if (newer !== undefined && newer !== occurrence) waiting.set(key, newer);
    }
    writing = undefined;
  }

  async function write(key: string, occurrence: Occurrence): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      try {
        await (written.has(key) ? update(occurrence) : create(occurrence));
        remember(written, key, occurrence);
        return;
      } catch (error) {
        // The Event lived its hour, and is gone: the next try makes a new one.
        if (error instanceof KubeError && error.status === 404 && written.delete(key)) continue;
        if (failures >= TRIES || stopping.signal.aborted || !mayPass(error)) {
          drop(occurrence.event, error instanceof Error ? error.message : 'failed');
          return;
        }
        await sleep(clock, backoffMs(failures, random), stopping.signal);
      }
    }
  }

  async function create(occurrence: Occurrence): Promise<void> {
    const namespace = eventNamespace(occurrence.event.object);
    const body = eventObject(occurrence, options);
    try {
      await client.create({ resource: EVENTS, namespace }, body, ignoreAnswer, callOptions());
    } catch (error) {
      // The name is ours alone: an earlier try got through, and its answer was lost.
      if (!(error instanceof KubeError && isAlreadyExists(error))) throw error;
    }
  }

  function update(occurrence: Occurrence): Promise<unknown> {
    const namespace = eventNamespace(occurrence.event.object);
    const at = { resource: EVENTS, namespace, name: occurrence.name };
    return client.patch(at, recurrence(occurrence), ignoreAnswer, callOptions());
  }

  function callOptions(): { timeoutMs: number; signal: AbortSignal } {
    return { timeoutMs: CALL_TIMEOUT_MS, signal: stopping.signal };
  }

  function drop({ object, reason }: KubeEvent, why: string): void {
    report({ kind: 'event-dropped', reason: `${reason} on ${object.kind} ${object.name}: ${why}` });
  }

  function unique(): string {
    return Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join('');
  }

  return {
    record,
    async close() {
      closed = true;
      const giveUp = clock.after(FLUSH_MS, () => stopping.abort());
      await writing;
      giveUp();
    },
  };
}

/** An answer of the server's that another try may change; a refusal is not one. */
function mayPass(error: unknown): boolean {
  return error instanceof KubeError && (error.status === 0 || error.status === 429 || error.status >= 500);
}

function ignoreAnswer(): void {
  return undefined;
}

function remember<T>(memory: Map<string, T>, key: string, value: T): void {
  memory.delete(key);
  memory.set(key, value);
  const [oldest] = memory.keys();
  if (memory.size > MOST_REMEMBERED && oldest !== undefined) memory.delete(oldest);
}
