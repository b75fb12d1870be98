// Posting configs to an emulated gateway, for tests.
import { createHash } from 'node:crypto';
import { request } from 'undici';
import type { KongEmulator } from '../../../../src/emulator/kong/kong-emulator.js';

export interface Posted {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

export const A = '{"_format_version":"3.0","services":[{"name":"a","url":"http://a.test"}]}';
export const B = '{"_format_version":"3.0","services":[{"name":"b","url":"http://b.test"}]}';
export const EMPTY = '{"_format_version":"3.0"}';
export const ZEROS = '0'.repeat(32);

export function md5(text: string | Uint8Array): string {
  return createHash('md5').update(text).digest('hex');
}

/** `POST /config`, as text/yaml unless said otherwise. */
export function post(
  gateway: KongEmulator,
  body: string | Uint8Array,
  { query = '', type = 'text/yaml', signal }: { query?: string; type?: string; signal?: AbortSignal } = {},
): Promise<Posted> {
  return send(`${gateway.adminUrl}/config${query}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: Buffer.from(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

export function get(url: string, method: 'GET' | 'HEAD' | 'OPTIONS' | 'DELETE' = 'GET'): Promise<Posted> {
  return send(url, { method });
}

/** One connection for each request: a restarted gateway has closed the old ones, which a pool notices too late. */
async function send(url: string, options: Parameters<typeof request>[1]): Promise<Posted> {
  const { statusCode, headers, body } = await request(url, { ...options, reset: true });
  const flat = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  return { status: statusCode, body: await body.text(), headers: new Headers(flat) };
}

/** `configuration_hash` as the gateway tells it. */
export async function statusHash(gateway: KongEmulator): Promise<unknown> {
  const { body } = await get(`${gateway.adminUrl}/status`);
  return JSON.parse(body).configuration_hash;
}
