import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { createKubeApi } from './api.js';
import { createFaults, type FaultRule, type SeenRequest } from './faults.js';
import type { StoredObject } from './object.js';
import { resourceOfKind } from './resources.js';
import type { Allows } from './rights.js';
import { createApiServer, type LoggedRequest, type ServerTls } from './server.js';
import { createStore, type Change } from './store.js';

export interface KubeEmulatorOptions {
  readonly host?: string;
  /** 0, the default, for any free one. */
  readonly port?: number;
  /** Bearer token -> a name for its client; with any, requests without a known token get 401. */
  readonly tokens?: Readonly<Record<string, string>>;
  readonly tls?: ServerTls;
  readonly goneAs?: 'event' | 'status';
  /** kube-apiserver sends about one a minute. */
  readonly bookmarkMs?: number;
  /** Runs `fn` after `ms`; gives a function that prevents it. */
  readonly after?: (ms: number, fn: () => void) => () => void;
}

/** An object for `apply`: the kind says what it is. */
export interface AppliedObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export type Match = (request: SeenRequest) => boolean;

export interface KubeEmulator {
  readonly url: string;
  /** The text of a kubeconfig for it. */
  kubeconfig(options?: {
    readonly token?: string;
    readonly namespace?: string;
    readonly ca?: string;
  }): string;
  /** Creates an object, or replaces what is there. Throws for what the API would refuse. */
  apply(object: AppliedObject): StoredObject;
  remove(kind: string, namespace: string, name: string): void;
  get(kind: string, namespace: string, name: string): StoredObject | undefined;
  list(kind: string, namespace?: string): readonly StoredObject[];
  /** Calls back after each change, whoever made it. */
  onChange(listener: (change: Change) => void): () => void;
  /** The newest requests, oldest first. */
  readonly requests: readonly LoggedRequest[];
  onRequest(listener: (request: LoggedRequest) => void): () => void;

  /** Which tokens are good from now on. */
  setTokens(tokens: Readonly<Record<string, string>>): void;
  /** How far its clock is ahead of ours from now on, as Date headers show it. */
  setClockAhead(ms: number): void;
  /** Who may do what from now on; at first, everybody may do everything. */
  setRights(allows: Allows): void;
  /** Forgets old versions: watches and lists from before get 410. */
  compact(): void;
  bookmark(): void;
  /** Any fault; gives a function that lifts it. The ones below are short for it. */
  inject(rule: FaultRule): () => void;
  pause(match?: Match): () => void;
  partition(match?: Match): () => void;
  delay(ms: number, match?: Match): () => void;
  fail(status: number, times?: number, match?: Match): () => void;
  swallowAnswer(times?: number, match?: Match): () => void;
  cutWatches(match?: Match): void;
  /** Stops listening and ends all connections. */
  refuse(): Promise<void>;
  /** Listens again, on the same port. */
  accept(): Promise<void>;
  close(): Promise<void>;
}

const MOST_LOGGED = 10_000;
const BOOKMARK_MS = 60_000;

/**
 * A Kubernetes API over HTTP in this process, for the demo and for tests: the resources that Silverback uses, with the real semantics
 * of versions, conflicts, selectors, pages and watches. No admission, no controllers, no finalizers; any namespace exists.
 */
export async function startKubeEmulator(options: KubeEmulatorOptions = {}): Promise<KubeEmulator> {
  const after = options.after ?? afterOnTimers;
  const store = createStore({ uid: randomUUID, wall: () => new Date() });
  let allows: Allows = () => true;
  let clockAheadMs = 0;
  const api = createKubeApi({
    store,
    allows: (asked) => allows(asked),
    after,
    bookmarkMs: options.bookmarkMs ?? BOOKMARK_MS,
    goneAs: options.goneAs ?? 'event',
  });
  const faults = createFaults();
  const tokens = new Map(Object.entries(options.tokens ?? {}));
  const requests: LoggedRequest[] = [];
  const requestListeners = new Set<(request: LoggedRequest) => void>();
  const apiServer = createApiServer({
    api,
    faults,
    tokens,
    after,
    tls: options.tls,
    clockAheadMs: () => clockAheadMs,
    log(request) {
      requests.push(request);
      if (requests.length > MOST_LOGGED) requests.shift();
      for (const listener of [...requestListeners]) listener(request);
    },
  });

  const { server } = apiServer;
  const host = options.host ?? '127.0.0.1';
  let port = options.port ?? 0;
  async function accept(): Promise<void> {
    server.listen(port, host);
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  }
  async function refuse(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    apiServer.cutConnections();
    await closed;
  }
  await accept();
  const url = `${options.tls === undefined ? 'http' : 'https'}://${host}:${port}`;

  const inject = (fault: FaultRule['fault'], match?: Match, times?: number): (() => void) =>
    faults.inject({
      fault,
      ...(match === undefined ? {} : { match }),
      ...(times === undefined ? {} : { times }),
    });

  return {
    url,
    requests,
    kubeconfig: (parts) => kubeconfigText(url, parts),
    apply(object) {
      const resource = resourceOfKind(object.kind);
      const { namespace, name } = object.metadata;
      if (!store.has(resource, namespace, name)) return store.create(resource, namespace, object);
      const { resourceVersion } = store.get(resource, namespace, name).metadata;
      const metadata = { ...object.metadata, resourceVersion };
      return store.update(resource, namespace, name, { ...object, metadata });
    },
    remove: (kind, namespace, name) => void store.remove(resourceOfKind(kind), namespace, name),
    get(kind, namespace, name) {
      const resource = resourceOfKind(kind);
      return store.has(resource, namespace, name) ? store.get(resource, namespace, name) : undefined;
    },
    list: (kind, namespace) => store.list(resourceOfKind(kind), namespace),
    onChange: (listener) => store.subscribe(listener),
    onRequest(listener) {
      requestListeners.add(listener);
      return () => requestListeners.delete(listener);
    },
    setTokens(next) {
      tokens.clear();
      for (const [token, client] of Object.entries(next)) tokens.set(token, client);
    },
    setClockAhead(ms) {
      clockAheadMs = ms;
    },
    setRights(next) {
      allows = next;
    },
    compact: () => api.compact(),
    bookmark: () => api.bookmark(),
    inject: (rule) => faults.inject(rule),
    pause: (match) => inject({ kind: 'pause' }, match),
    partition: (match) => inject({ kind: 'partition' }, match),
    delay: (ms, match) => inject({ kind: 'delay', ms }, match),
    fail: (status, times, match) => inject({ kind: 'fail', status }, match, times),
    swallowAnswer: (times = 1, match = isWrite) => inject({ kind: 'swallow' }, match, times),
    cutWatches: (match = () => true) => apiServer.cutWatches(match),
    refuse,
    accept,
    close: refuse,
  };
}

function isWrite({ method }: SeenRequest): boolean {
  return method !== 'GET';
}

function afterOnTimers(ms: number, fn: () => void): () => void {
  const timer = setTimeout(fn, ms);
  return () => clearTimeout(timer);
}

/** JSON strings are YAML strings. */
function kubeconfigText(
  url: string,
  {
    token,
    namespace,
    ca,
  }: { readonly token?: string; readonly namespace?: string; readonly ca?: string } = {},
): string {
  const caData =
    ca === undefined ? '' : `, certificate-authority-data: ${Buffer.from(ca).toString('base64')}`;
  const inNamespace = namespace === undefined ? '' : `, namespace: ${JSON.stringify(namespace)}`;
  return [
    'apiVersion: v1',
    'kind: Config',
    'current-context: emulator',
    'clusters:',
    `  - { name: emulator, cluster: { server: ${JSON.stringify(url)}${caData} } }`,
    'users:',
    `  - { name: emulator, user: ${token === undefined ? '{}' : `{ token: ${JSON.stringify(token)} }`} }`,
    'contexts:',
    `  - { name: emulator, context: { cluster: emulator, user: emulator${inNamespace} } }`,
    '',
  ].join('\n');
}
