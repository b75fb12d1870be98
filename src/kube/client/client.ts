import type { Clock } from '../../clock/clock.js';
import { KubeError } from '../kube-error.js';
import { fieldsOf, isObject, textOf, type Parse } from '../object.js';
import { asKubeError, askedOf, makeCall, refusalOf, type Call, type CallOptions } from './call.js';
import { startDeadline, untilAborted } from './deadline.js';
import { pathOf, queryOf, type Collection, type ObjectPath, type Selection } from './resource.js';
import type { SendRequest } from './transport.js';
import { readWatch, type WatchEvent } from './watch-stream.js';

/** Every method rejects with a KubeError and nothing else. Objects are parsed by what the caller hands in. */
export interface KubeClient {
  get<T>(at: ObjectPath, parse: Parse<T>, options?: CallOptions): Promise<T>;
  /** The whole list, however many pages it takes; `parse` gets one item at a time. */
  list<T>(at: Collection, parse: Parse<T>, options?: CallOptions & Selection): Promise<KubeList<T>>;
  create<T>(at: Collection, body: object, parse: Parse<T>, options?: CallOptions): Promise<T>;
  /** PUT: the body's `metadata.resourceVersion` (and `uid`) say which state it replaces; 409 when that is gone. */
  update<T>(at: ObjectPath, body: object, parse: Parse<T>, options?: CallOptions): Promise<T>;
  /** JSON merge patch (RFC 7386). */
  patch<T>(at: ObjectPath, body: object, parse: Parse<T>, options?: CallOptions): Promise<T>;
  delete(at: ObjectPath, options?: CallOptions): Promise<void>;
  /** Ends when the server ends it; throws a KubeError when it cannot start or breaks. Leave the loop, or abort, to end it. */
  watch(at: Collection, options: WatchOptions): AsyncIterable<WatchEvent>;
}

export interface KubeList<T> {
  readonly items: readonly T[];
  /** Where a watch goes on from. */
  readonly resourceVersion: string;
}

export interface WatchOptions extends Selection {
  readonly resourceVersion: string;
  /** When the server ends the watch by itself. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Called when the server has accepted the watch. */
  readonly onOpen?: () => void;
}

const CALL_TIMEOUT_MS = 10_000;
const PAGE_TIMEOUT_MS = 30_000;
/** For the headers only; the API server sends them at once, before there is an event. */
const WATCH_START_TIMEOUT_MS = 15_000;
/** client-go's page size. */
const PAGE_LIMIT = 500;
/** How often a list begins again because its pages expired (410 on a `continue` token). */
const LIST_RESTARTS = 2;

/** A client for the calls that Silverback makes, over any transport; each call has a time limit. */
export function createClient(io: { readonly send: SendRequest; readonly clock: Clock }): KubeClient {
  function call(request: Call, options: CallOptions = {}): Promise<unknown> {
    return makeCall(io, request, { timeoutMs: CALL_TIMEOUT_MS, ...options });
  }

  async function write<T>(
    method: 'POST' | 'PUT' | 'PATCH',
    at: Collection | ObjectPath,
    body: object,
    parse: Parse<T>,
    options: CallOptions | undefined,
  ): Promise<T> {
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const request = { method, path: pathOf(at), contentType, body: JSON.stringify(body) };
    return parsed(request, parse, await call(request, options));
  }

  async function list<T>(
    at: Collection,
    parse: Parse<T>,
    options: CallOptions & Selection = {},
  ): Promise<KubeList<T>> {
    for (let restarts = 0; ; restarts += 1) {
      try {
        return await listPages(at, parse, options);
      } catch (error) {
        if (!(error instanceof KubeError) || error.status !== 410 || restarts === LIST_RESTARTS) throw error;
      }
    }
  }

  async function listPages<T>(
    at: Collection,
    parse: Parse<T>,
    { labelSelector, fieldSelector, ...options }: CallOptions & Selection,
  ): Promise<KubeList<T>> {
    const items: T[] = [];
    for (let token: string | undefined; ;) {
      const query = queryOf({ limit: PAGE_LIMIT, continue: token, labelSelector, fieldSelector });
      const request = { method: 'GET', path: `${pathOf(at)}${query}` } as const;
      const page = await call(request, { timeoutMs: PAGE_TIMEOUT_MS, ...options });
      for (const item of itemsOf(request, page)) items.push(parsed(request, parse, item));
      const metadata = fieldsOf(page, 'metadata');
      token = textOf(metadata, 'continue');
      if (token === undefined || token === '') {
        return { items, resourceVersion: textOf(metadata, 'resourceVersion') ?? '' };
      }
    }
  }

  async function* watch(
    at: Collection,
    { signal, onOpen, ...options }: WatchOptions,
  ): AsyncGenerator<WatchEvent> {
    const query = queryOf({ watch: true, allowWatchBookmarks: true, ...options });
    const asked = `watch ${pathOf(at)}`;
    const start = startDeadline(io.clock, WATCH_START_TIMEOUT_MS, signal);
    try {
      const request = { method: 'GET', path: `${pathOf(at)}${query}`, signal: start.signal } as const;
      const answer = await untilAborted(io.send(request), start.signal);
      const refusal = await refusalOf(asked, answer, start.signal);
      if (refusal !== undefined) throw refusal;
      start.lift();
      onOpen?.();
      yield* readWatch(asked, answer.body, start.signal);
    } catch (error) {
      throw asKubeError(asked, error, start);
    } finally {
      start.close();
    }
  }

  return {
    async get(at, parse, options) {
      const request = { method: 'GET', path: pathOf(at) } as const;
      return parsed(request, parse, await call(request, options));
    },
    list,
    create: (at, body, parse, options) => write('POST', at, body, parse, options),
    update: (at, body, parse, options) => write('PUT', at, body, parse, options),
    patch: (at, body, parse, options) => write('PATCH', at, body, parse, options),
    async delete(at, options) {
      await call({ method: 'DELETE', path: pathOf(at) }, options);
    },
    watch,
  };
}

function itemsOf(request: Call, page: unknown): readonly unknown[] {
  const items: unknown = isObject(page) ? page['items'] : undefined;
  if (Array.isArray(items)) return items;
  // Go writes an empty list as null where nobody made one.
  if (items === null) return [];
  throw new KubeError(0, 'BadAnswer', `${askedOf(request)}: the answer is no list of objects`);
}

function parsed<T>(request: Call, parse: Parse<T>, object: unknown): T {
  try {
    return parse(object);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it cannot be read';
    throw new KubeError(0, 'BadAnswer', `${askedOf(request)}: ${why}`);
  }
}
