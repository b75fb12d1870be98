import type { SettingName } from '../settings/table.js';

/** The settings of `silverback run`, beside the URL, that say how one gateway is reached. */
export const CONNECTION: readonly SettingName[] = [
  'kong-admin-token',
  'kong-admin-token-file',
  'kong-admin-header',
  'kong-workspace',
  'kong-admin-tls-skip-verify',
  'kong-admin-tls-server-name',
  'kong-admin-ca-cert',
  'kong-admin-ca-cert-file',
  'kong-admin-tls-client-cert',
  'kong-admin-tls-client-cert-file',
  'kong-admin-tls-client-key',
  'kong-admin-tls-client-key-file',
];
