import { createAdminApi } from '../gateway/admin-api.js';
import type { AdminApi } from '../gateway/admin-api.js';
import type { AdminReader } from '../gateway/schemas.js';
import { openCredentials } from '../gateway/credentials.js';
import type { CredentialSources, SecretSource } from '../gateway/credentials.js';
import type { Certificates } from '../gateway/certificates.js';
import type { Values } from '../settings/read.js';
import type { Ports } from './ports.js';

/** How often credential files are looked at (ms); the kubelet itself needs up to a minute to write them. */
const REFRESH_MS = 10_000;
export const CONNECT_TIMEOUT_MS = 5_000;

export interface OpenAdmin {
  readonly admin: AdminApi & AdminReader;
  readonly certificates: () => Certificates;
  readonly close: () => Promise<void>;
}

const secret = (value: string | undefined, file: string | undefined): SecretSource | undefined =>
  value !== undefined ? { value } : file !== undefined ? { file } : undefined;

/** Headers as the settings have them, `name:value`. */
export function headersOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((header) => {
      const colon = header.indexOf(':');
      return [header.slice(0, colon).trim(), header.slice(colon + 1).trim()];
    }),
  );
}

/** What the settings say of how to convince an Admin API. */
export function credentialSources(values: Values): CredentialSources {
  const token = secret(values['kong-admin-token'], values['kong-admin-token-file']);
  const ca = secret(values['kong-admin-ca-cert'], values['kong-admin-ca-cert-file']);
  const clientCert = secret(values['kong-admin-tls-client-cert'], values['kong-admin-tls-client-cert-file']);
  const clientKey = secret(values['kong-admin-tls-client-key'], values['kong-admin-tls-client-key-file']);
  return {
    ...(token !== undefined && { token }),
    ...(ca !== undefined && { ca }),
    ...(clientCert !== undefined && { clientCert }),
    ...(clientKey !== undefined && { clientKey }),
    skipVerify: values['kong-admin-tls-skip-verify'],
    headers: headersOf(values['kong-admin-header']),
  };
}

/**
 * The Admin API client with the credentials that the settings name.
 *
 * @param userAgent asked for each request: access logs tell which replica and term a push was from
 * @throws when a credential file cannot be read (the message names it)
 */
export async function openAdminApi(
  values: Values,
  { clock, report }: Ports,
  userAgent: () => string,
  onRotated: () => void,
): Promise<OpenAdmin> {
  const credentials = await openCredentials(credentialSources(values), {
    clock,
    refreshMs: REFRESH_MS,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    onRotated() {
      report({ kind: 'credentials-rotated' });
      onRotated();
    },
    onUnreadable: (reason) => report({ kind: 'credentials-unreadable', reason }),
  });
  const admin = createAdminApi({
    dispatcher: (gateway, lane) => credentials.dispatcher(gateway.serverName, lane),
    headers: () => ({ 'user-agent': userAgent(), ...credentials.headers() }),
    workspace: values['kong-workspace'],
    onUnauthorized: () => credentials.refresh(),
    wallNow: () => clock.wall().getTime(),
  });
  return { admin, certificates: () => credentials.certificates(), close: () => credentials.close() };
}
