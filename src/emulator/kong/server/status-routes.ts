import { fromJson, type Key, type Value } from '../lua/value.js';
import { json, jsonText, message, type Answer } from './answer.js';
import { EMPTY_HASH } from './evaluate.js';
import type { Gateway } from './gateway.js';
import { readParameters } from './body-forms.js';
import type { GatewayRequest, Route } from './request.js';

/** Capacity and use of nginx's shared memory, as a fresh Kong 3.9 shows it. */
const SHARED_DICTIONARIES: Readonly<Record<string, readonly [string, string]>> = {
  kong: ['5.00 MiB', '0.04 MiB'],
  kong_cluster_events: ['5.00 MiB', '0.04 MiB'],
  kong_core_db_cache: ['128.00 MiB', '0.76 MiB'],
  kong_core_db_cache_miss: ['12.00 MiB', '0.08 MiB'],
  kong_db_cache: ['128.00 MiB', '0.76 MiB'],
  kong_db_cache_miss: ['12.00 MiB', '0.08 MiB'],
  kong_healthchecks: ['5.00 MiB', '0.04 MiB'],
  kong_locks: ['8.00 MiB', '0.06 MiB'],
  kong_rate_limiting_counters: ['12.00 MiB', '0.08 MiB'],
  kong_secrets: ['5.00 MiB', '0.04 MiB'],
  prometheus_metrics: ['5.00 MiB', '0.04 MiB'],
};

/** `/status`, on both ports. */
export function statusRoutes(gateway: Gateway): Route[] {
  const get = (): Answer => json(200, statusOf(gateway));
  const dns = (): Answer => message(501, 'not implemented with the legacy DNS client');
  return [
    { path: '/status', methods: { GET: get } },
    { path: '/status/dns', methods: { GET: dns } },
  ];
}

/** `/status/ready`, on the status port only. */
export function readinessRoutes(gateway: Gateway): Route[] {
  if (!gateway.traits.hasReadiness) return [];
  const drain = (request: GatewayRequest): Answer => {
    const parameters = readParameters({ ...request, bytes: request.body });
    if ('refusal' in parameters) return parameters.refusal;
    if (parameters.params.get('status') !== 'draining') return { status: 400 };
    gateway.process.draining = true;
    return { status: 204 };
  };
  const methods = { GET: () => readiness(gateway), ...(gateway.traits.canDrain ? { POST: drain } : {}) };
  return [{ path: '/status/ready', methods }];
}

function readiness(gateway: Gateway): Answer {
  if (gateway.process.draining) return message(503, 'draining');
  if (gateway.hash() === EMPTY_HASH) {
    return message(503, 'no configuration available (empty configuration present)');
  }
  return message(200, 'ready');
}

function statusOf({ journal, process, settings, shownHash, traits }: Gateway): Value {
  const requests = journal.requests.length;
  const connections = new Set(journal.requests.map((request) => request.connection)).size;
  return new Map<Key, Value>([
    ...(settings.database === 'off' ? [['configuration_hash', shownHash()] as const] : []),
    [
      'memory',
      fromJson({
        workers_lua_vms: [{ pid: process.workerPid, http_allocated_gc: '49.11 MiB' }],
        lua_shared_dicts: Object.fromEntries(
          Object.entries(SHARED_DICTIONARIES).map(([name, [capacity, used]]) => [
            name,
            { capacity, allocated_slabs: used },
          ]),
        ),
      }),
    ],
    [
      'server',
      fromJson({
        connections_accepted: connections,
        connections_active: 1,
        connections_handled: connections,
        connections_reading: 0,
        connections_waiting: 0,
        connections_writing: 1,
        total_requests: requests,
      }),
    ],
    ...(traits.showsDatabase || settings.database !== 'off'
      ? [['database', fromJson({ reachable: true })] as const]
      : []),
  ]);
}

/** `GET /`: the node, its version, its plugins and the settings that matter to a client. */
export function nodeRoutes(gateway: Gateway): Route[] {
  const { catalog } = gateway.model;
  const get = (): Answer => jsonText(200, JSON.stringify(nodeOf(gateway)));
  const enabled = (): Answer => jsonText(200, JSON.stringify({ enabled_plugins: catalog.plugins }));
  return [
    { path: '/', methods: { GET: get } },
    { path: '/plugins/enabled', methods: { GET: enabled } },
    { path: '/debug/node/log-level', methods: { GET: () => message(200, 'log level: notice') } },
  ];
}

function nodeOf({ settings, traits, process, ports, model, store }: Gateway): object {
  const { catalog } = model;
  const plugins = catalog.entities.get('plugins');
  const configured = plugins === undefined ? [] : (store()?.list(plugins) ?? []);
  return {
    tagline: 'Welcome to kong',
    version: settings.version,
    ...(traits.namesEdition ? { edition: settings.edition } : {}),
    hostname: 'kong-emulator',
    node_id: process.nodeId,
    lua_version: '2.1-20231117',
    pids: { master: process.masterPid, workers: [process.workerPid] },
    timers: { running: 641, pending: 1 },
    plugins: {
      available_on_server: Object.fromEntries(
        catalog.plugins.map((name) => [
          name,
          { version: settings.version, priority: catalog.pluginPriorities.get(name) ?? 0 },
        ]),
      ),
      enabled_in_cluster: [...new Set(configured.map((plugin) => plugin.get('name')))],
    },
    configuration: configurationOf(settings, ports.admin, catalog.plugins),
  };
}

function configurationOf(settings: Gateway['settings'], port: number, plugins: readonly string[]): object {
  const listen = `${settings.host}:${port}${settings.tls === undefined ? '' : ' ssl'}`;
  return {
    database: settings.database,
    role: 'traditional',
    router_flavor: 'traditional_compatible',
    plugins: [settings.plugins === undefined ? 'bundled' : settings.plugins.join(',')],
    loaded_plugins: Object.fromEntries(plugins.map((name) => [name, true])),
    loaded_vaults: { env: true },
    ...(settings.declarativeConfig === undefined ? {} : { declarative_config: '/kong/declarative/kong.yml' }),
    lmdb_map_size: Number.isFinite(settings.lmdbBytes) ? String(settings.lmdbBytes) : '2048m',
    nginx_admin_client_max_body_size: sizeText(settings.maxBodyBytes),
    nginx_admin_client_body_buffer_size: sizeText(settings.bufferBytes),
    nginx_worker_processes: '1',
    worker_events_max_payload: 65_535,
    mem_cache_size: '128m',
    prefix: '/usr/local/kong',
    log_level: 'notice',
    wasm: false,
    admin_listen: [listen],
    headers: ['server_tokens', 'latency_tokens', 'x-kong-request-id'],
    ...settings.configuration,
  };
}

/** A size as nginx writes it: `10m`, `16k`, or plain bytes. */
function sizeText(bytes: number): string {
  if (bytes % (1024 * 1024) === 0) return `${bytes / (1024 * 1024)}m`;
  return bytes % 1024 === 0 ? `${bytes / 1024}k` : String(bytes);
}
