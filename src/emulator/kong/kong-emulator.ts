import { configRoutes } from './server/config-routes.js';
import { endpointsRoute } from './server/endpoints-route.js';
import { entityRoutes } from './server/entity-routes.js';
import { exchange, type PortOptions } from './server/exchange.js';
import type { FaultControls } from './server/faults.js';
import { createGateway, type Gateway } from './server/gateway.js';
import type { LoadRecord, RequestRecord, Violation } from './server/journal.js';
import { createListener, type Incoming, type Listener } from './server/listener.js';
import { settingsOf, type KongEmulatorOptions } from './server/options.js';
import { proxied } from './server/proxy.js';
import type { Route } from './server/request.js';
import { createRouter } from './server/router.js';
import { schemaRoutes } from './server/schema-routes.js';
import { send } from './server/send.js';
import { nodeRoutes, readinessRoutes, statusRoutes } from './server/status-routes.js';

/** A DB-less Kong, as far as its Admin API shows it. */
export interface KongEmulator {
  readonly adminUrl: string;
  readonly statusUrl: string;
  readonly adminPort: number;
  readonly statusPort: number;
  /** Of the proxy, where one was asked for. */
  readonly proxyPort: number | undefined;
  /** New after every restart. */
  readonly nodeId: string;
  readonly faults: FaultControls;
  readonly requests: readonly RequestRecord[];
  readonly loads: readonly LoadRecord[];
  readonly violations: readonly Violation[];
  /** Hash of the committed config; 32 zeros when there is none. */
  hash(): string;
  /** Text of the committed config, as it was sent. */
  config(): Uint8Array | undefined;
  /** Number of committed entities, workspaces aside. */
  entityCount(): number;
  /** Calls `listener` after everything that happens, until the returned function is called. */
  onChange(listener: () => void): () => void;
  /** Resolves as soon as `holds` is true of this gateway; rejects when `signal` is aborted. */
  waitFor(holds: () => boolean, signal?: AbortSignal): Promise<void>;
  /** Forgets requests, loads and violations so far. */
  clearJournal(): void;
  /** Kills the process and starts another at the same ports: empty, or with the config kept in its volume. */
  restart(config?: 'empty' | 'kept'): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts an emulated gateway: the Admin API on one port, the status API on another.
 *
 * @throws Error when a port is taken, the certificate is unusable, or the declarative config is not valid
 */
export async function startKongEmulator(options: KongEmulatorOptions = {}): Promise<KongEmulator> {
  const settings = settingsOf(options);
  const listeners: Listener[] = [];
  let refusing = false;
  const gateway = createGateway(settings, ({ refuse = false }) => {
    if (refuse === refusing) return;
    refusing = refuse;
    for (const listener of listeners) void (refuse ? listener.close() : listener.open());
  });
  const listen = async (port: PortOptions, number: number, tls: typeof settings.tls): Promise<number> => {
    const listener = await createListener(settings.host, number, tls, (incoming) => {
      exchange(incoming, port).catch((error: unknown) => crash(incoming, error));
    });
    listeners.push(listener);
    return listener.port;
  };
  const admin = createRouter(adminRoutes(gateway), gateway.traits.yamlTypes);
  const status = createRouter([...readinessRoutes(gateway), ...statusRoutes(gateway)], []);
  gateway.ports.admin = await listen(
    { gateway, port: 'admin', route: admin },
    settings.adminPort,
    settings.tls,
  );
  gateway.ports.status = await listen(
    { gateway, port: 'status', route: status },
    settings.statusPort,
    undefined,
  );
  return controls(gateway, listeners, await listenAsProxy(gateway, options.proxy, listeners));
}

/** Gives the port of the proxy. */
async function listenAsProxy(
  gateway: Gateway,
  proxy: KongEmulatorOptions['proxy'],
  listeners: Listener[],
): Promise<number | undefined> {
  if (proxy === undefined) return undefined;
  const listener = await createListener(gateway.settings.host, proxy.port, undefined, (incoming) => {
    const { request, response } = incoming;
    try {
      send(response, request, proxied(gateway, proxy.upstream, request), {
        // As Kong's proxy port answers, and its Admin API does not.
        'X-Kong-Response-Latency': '0',
        Server: `kong/${gateway.settings.version}`,
      });
    } catch (error) {
      crash(incoming, error);
    }
  });
  listeners.push(listener);
  return listener.port;
}

function adminRoutes(gateway: Gateway): Route[] {
  const routes = [
    ...configRoutes(gateway),
    ...statusRoutes(gateway),
    ...nodeRoutes(gateway),
    ...schemaRoutes(gateway),
    ...entityRoutes(gateway),
  ];
  return [...routes, endpointsRoute(routes)];
}

/** An error here is the emulator's own: it must not look like an answer of Kong's, nor be lost. */
function crash({ response }: Incoming, error: unknown): void {
  response.destroy();
  queueMicrotask(() => {
    throw error;
  });
}

function controls(
  gateway: Gateway,
  listeners: readonly Listener[],
  proxyPort: number | undefined,
): KongEmulator {
  const { settings, journal, ports } = gateway;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  const close = async (): Promise<void> => {
    gateway.loader.kill();
    await Promise.all(listeners.map((listener) => listener.close()));
  };
  return {
    adminUrl: `${settings.tls === undefined ? 'http' : 'https'}://${host}:${ports.admin}`,
    statusUrl: `http://${host}:${ports.status}`,
    adminPort: ports.admin,
    statusPort: ports.status,
    proxyPort,
    get nodeId() {
      return gateway.process.nodeId;
    },
    faults: gateway.faults,
    requests: journal.requests,
    loads: journal.loads,
    violations: journal.violations,
    hash: gateway.hash,
    config: () => gateway.store()?.config.text,
    entityCount: () => gateway.store()?.config.count ?? 0,
    onChange: journal.onChange,
    waitFor: (holds, signal) => waitFor(journal.onChange, holds, signal),
    clearJournal: () => journal.clear(),
    async restart(config = 'empty') {
      await close();
      gateway.boot(config);
      if (gateway.faults.active.refuse !== true)
        await Promise.all(listeners.map((listener) => listener.open()));
    },
    stop: close,
  };
}

function waitFor(
  onChange: (listener: () => void) => () => void,
  holds: () => boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (done: () => void): void => {
      stop();
      signal?.removeEventListener('abort', abort);
      done();
    };
    const check = (): void => {
      if (holds()) settle(resolve);
    };
    const abort = (): void => settle(() => reject(new Error('stopped waiting for the gateway')));
    const stop = onChange(check);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
    else check();
  });
}
