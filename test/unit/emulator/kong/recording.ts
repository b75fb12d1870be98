// Recorded requests to a real Kong and its answers: replaying them, and dropping what differs in every run.
import { load } from 'js-yaml';

export interface Recording {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly port?: 'admin' | 'status' | 'proxy';
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | null;
  };
  readonly response: {
    readonly status: number;
    readonly headers: readonly (readonly [string, string])[];
    readonly body?: string | null;
  };
  readonly meta?: { readonly hash_before?: string; readonly hash_after?: string; readonly changed?: boolean };
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const IGNORED_HEADERS = new Set([
  'date',
  'content-length',
  'x-kong-admin-latency',
  'connection',
  'keep-alive',
]);
const UUID4 = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;
const UNORDERED = new Set(['flattened_errors', 'errors', 'data', 'enabled_plugins', 'enabled_in_cluster']);

/** Sends a recorded request to a gateway. */
export async function replay(recording: Recording, base: string): Promise<Reply> {
  const { method, path, headers, body } = recording.request;
  const response = await fetch(base + path, {
    method,
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined || body === null || method === 'GET' || method === 'HEAD'
      ? {}
      : { body: Buffer.from(body) }),
  });
  return normalized(response.status, [...response.headers], await response.text(), recording);
}

export function recordedReply(recording: Recording): Reply {
  const { status, headers, body } = recording.response;
  return normalized(status, headers, body ?? '', recording);
}

function normalized(
  status: number,
  headers: readonly (readonly [string, string])[],
  body: string,
  { request }: Recording,
): Reply {
  const kept = headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !IGNORED_HEADERS.has(name));
  const type = kept.find(([name]) => name === 'content-type')?.[1] ?? '';
  const sent = request.body ?? '';
  return {
    status,
    headers: Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))),
    body: type.startsWith('application/json') ? normalizedBody(request.path, parse(body), sent) : body,
  };
}

/** Long bodies were recorded only in part. Cleaning the machine's name out of the recordings hit `vms`, too. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body.replaceAll('workers_lua_kong-0s', 'workers_lua_vms'));
  } catch {
    return body;
  }
}

function normalizedBody(path: string, body: unknown, sent: string): unknown {
  const name = path.replace(/\?.*/, '');
  let value = body;
  if (name === '/' && isObject(body)) value = nodeFacts(body);
  if (name.startsWith('/schemas/') && isObject(body) && 'fields' in body && !('code' in body))
    value = schemaFacts(body);
  if (name === '/config' && isObject(body) && typeof body['config'] === 'string')
    value = load(body['config']);
  if (name === '/status' && isObject(body)) value = statusFacts(body);
  return facts(value, sent, '');
}

/** Values that mean the same become the same: times, random ids and keys, the order of what has none. */
function facts(value: unknown, sent: string, key: string): unknown {
  if (typeof value === 'string') return textFacts(value, sent);
  if (typeof value === 'number')
    return /^(created|updated)_at$/.test(key) && !sent.includes(String(value)) ? '<time>' : value;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => facts(item, sent, key));
    return UNORDERED.has(key) ? items.sort((a, b) => (text(a) < text(b) ? -1 : 1)) : items;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(
    ([name, item]) => [textFacts(name, sent), facts(item, sent, name)] as const,
  );
  if (entries.length === 0) return [];
  return Object.fromEntries(entries.sort(([a, x], [b, y]) => (a + text(x) < b + text(y) ? -1 : 1)));
}

function textFacts(value: string, sent: string): string {
  if (/^[\w-]{32}$/.test(value) && !sent.includes(value)) return '<random>';
  return value
    .replace(UUID4, (id) => (sent.includes(id) ? id : '<random id>'))
    .replace("'pem', 'jwk'", "'jwk', 'pem'");
}

/** `GET /`: what does not name a process or a machine; of the settings those the emulator shows. */
function nodeFacts(body: Record<string, unknown>): unknown {
  const { tagline, version, edition, lua_version, plugins } = body;
  const configuration = isObject(body['configuration']) ? body['configuration'] : {};
  const settings = Object.fromEntries(SETTINGS.map((name) => [name, configuration[name]]));
  return { keys: Object.keys(body).sort(), tagline, version, edition, lua_version, plugins, settings };
}

const SETTINGS = [
  'database',
  'role',
  'router_flavor',
  'plugins',
  'loaded_plugins',
  'loaded_vaults',
  'declarative_config',
  'lmdb_map_size',
  'nginx_admin_client_max_body_size',
  'nginx_admin_client_body_buffer_size',
  'nginx_worker_processes',
  'worker_events_max_payload',
  'mem_cache_size',
  'prefix',
  'log_level',
  'wasm',
  'headers',
];

/** Schemas without their descriptions, and without the `len_min` Kong writes into them once used. */
function schemaFacts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(schemaFacts);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, item]) => !(name === 'description' && typeof item === 'string'))
      .filter(([name, item]) => !(name === 'len_min' && item === 1))
      .map(([name, item]) => [name, schemaFacts(item)]),
  );
}

function statusFacts(body: Record<string, unknown>): unknown {
  const shape = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shape);
    if (isObject(value))
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shape(item)]));
    return typeof value;
  };
  return { configuration_hash: body['configuration_hash'], shape: shape(body) };
}

function text(value: unknown): string {
  return JSON.stringify(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
