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
  /** @param path as the Admin API has it, e.g. `/schemas/services` */
  read(gateway: GatewayAddress, path: string, signal: AbortSignal): Promise<JsonAnswer>;
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
