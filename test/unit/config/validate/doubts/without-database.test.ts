import { expect, test } from '@jest/globals';
import { compile } from '../../compile-text.js';

const CODES = ['needs-database', 'per-gateway-storage'];
const said = (plugin: object): string[] => {
  const { findings } = compile(JSON.stringify({ _format_version: '3.0', plugins: [plugin] }));
  return findings
    .filter(({ code }) => CODES.includes(code))
    .map(({ severity, code, path }) => `${severity} ${code} ${path ?? ''}`);
};
const acme = { account_email: 'a@b.test', tos_accepted: true };

test.each([
  [{ name: 'oauth2', config: { enable_client_credentials: true } }, 'needs-database plugins[0].name'],
  [{ name: 'session', config: { storage: 'kong' } }, 'needs-database plugins[0].config.storage'],
  [{ name: 'acme', config: acme }, 'per-gateway-storage plugins[0].config.storage'],
  [{ name: 'acme', config: { ...acme, storage: 'shm' } }, 'per-gateway-storage plugins[0].config.storage'],
  [
    { name: 'rate-limiting-advanced', config: { strategy: 'cluster' } },
    'needs-database plugins[0].config.strategy',
  ],
])('%j: %s', (plugin, finding) => {
  expect(said(plugin)).toEqual([`warning ${finding}`]);
});

test.each([
  [{ name: 'oauth2', enabled: false, config: { enable_client_credentials: true } }],
  [{ name: 'session', config: { secret: 's' } }],
  [{ name: 'session', config: { storage: 'cookie' } }],
  [{ name: 'acme', config: { ...acme, storage: 'redis' } }],
  [{ name: 'rate-limiting', config: { minute: 5, policy: 'local' } }],
  [{ name: 'rate-limiting-advanced', config: { strategy: 'redis' } }],
  [{ name: 'mine', config: { strategy: 'cluster' } }],
  [{ name: 'constructor' }],
  [{ name: 7 }],
  [{ name: 'session', config: 'kong' }],
])('%j: nothing', (plugin) => {
  expect(said(plugin)).toEqual([]);
});
