// Reading what a gateway knows: its version, its plugins, and the schemas of `GET /schemas/...` (Kong 2.0 and newer).
import type { Trouble } from '../report/happening.js';
import type { GatewayAddress } from './address.js';

/** What a GET of JSON came to. */
export type JsonAnswer =
  | { readonly kind: 'json'; readonly value: unknown }
  /** 404 as Kong gives it: there is no such thing. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly trouble: Trouble };

/** Reads of one gateway's Admin API. Nothing throws: every failure is an answer. */
export interface AdminReader {
  /**
   * @param path as the Admin API has it, e.g. `/schemas/services`
   * @param maxBytes how long the answer may be; 8 MiB unless given
   */
  read(gateway: GatewayAddress, path: string, signal: AbortSignal, maxBytes?: number): Promise<JsonAnswer>;
}

export interface KongInfo {
  readonly version: string;
  /** Plugins that may be configured there: bundled and custom. */
  readonly plugins: readonly string[];
}

const NOT_KONG: Trouble = {
  code: 'not-kong',
  reason: 'GET / did not answer as a Kong Admin API does',
  advice: 'check that the URL is that of the Admin API (port 8001 or 8444), not of the proxy',
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names come from outside: only what can be a plugin's folder in Kong, so that it can be a file's name here. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** `GET /`. */
export async function readInfo(
  reader: AdminReader,
  gateway: GatewayAddress,
  signal: AbortSignal,
): Promise<{ readonly info: KongInfo } | { readonly trouble: Trouble }> {
  const answer = await reader.read(gateway, '/', signal);
  if (answer.kind === 'failed') return { trouble: answer.trouble };
  if (answer.kind === 'absent' || !isObject(answer.value)) return { trouble: NOT_KONG };
  const { version, plugins } = answer.value;
  const available = isObject(plugins) ? plugins['available_on_server'] : undefined;
  if (typeof version !== 'string' || !isObject(available)) return { trouble: NOT_KONG };
  // Each is `true`, or since 3.0 a mapping with its version and priority; a plugin that is off is not shown.
  const names = Object.keys(available).filter((name) => NAME.test(name));
  return { info: { version: version.slice(0, 64), plugins: names.sort() } };
}

/** A name in a path; what is no name of a plugin or an entity has no schema either. */
export function readSchema(
  reader: AdminReader,
  gateway: GatewayAddress,
  kind: 'entity' | 'plugin',
  name: string,
  signal: AbortSignal,
): Promise<JsonAnswer> {
  if (!NAME.test(name)) return Promise.resolve({ kind: 'absent' });
  return reader.read(gateway, `/schemas/${kind === 'plugin' ? 'plugins/' : ''}${name}`, signal);
}

/** Everything that a gateway tells about what a configuration may hold; the schemas as they were answered. */
export interface PulledSchemas {
  readonly info: KongInfo;
  readonly entities: ReadonlyMap<string, unknown>;
  readonly plugins: ReadonlyMap<string, unknown>;
  /** Plugins that are there, yet have no schema to show. */
  readonly without: readonly string[];
}

const NO_SCHEMAS: Trouble = {
  code: 'no-schemas',
  reason: 'this gateway shows the schema of none of its plugins',
  advice:
    'GET /schemas/plugins/<name> came with Kong 2.0: is it older, or is there a proxy that lets only some paths through?',
};

/**
 * Asks for one schema after the other.
 * @param entities the types to ask for; those that this Kong does not know are left out
 * @param ask performs one request with a deadline
 */
export async function pullSchemas(
  reader: AdminReader,
  gateway: GatewayAddress,
  entities: readonly string[],
  ask: <T>(request: (signal: AbortSignal) => Promise<T>) => Promise<T>,
): Promise<PulledSchemas | { readonly trouble: Trouble }> {
  const first = await ask((signal) => readInfo(reader, gateway, signal));
  if ('trouble' in first) return first;
  const pulled = { entity: new Map<string, unknown>(), plugin: new Map<string, unknown>() };
  const without: string[] = [];
  const wanted = [
    ...entities.map((name) => ({ kind: 'entity', name }) as const),
    ...first.info.plugins.map((name) => ({ kind: 'plugin', name }) as const),
  ];
  for (const { kind, name } of wanted) {
    const answer = await ask((signal) => readSchema(reader, gateway, kind, name, signal));
    if (answer.kind === 'failed') return { trouble: answer.trouble };
    if (answer.kind === 'json') pulled[kind].set(name, answer.value);
    else if (kind === 'plugin') without.push(name);
  }
  if (pulled.plugin.size === 0 && without.length > 0) return { trouble: NO_SCHEMAS };
  return { info: first.info, entities: pulled.entity, plugins: pulled.plugin, without };
}
