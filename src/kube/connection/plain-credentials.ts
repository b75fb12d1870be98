import { readFile } from 'node:fs/promises';

import { textOf, type Fields } from '../object.js';
import type { Credentials } from './connection.js';
import type { KubeconfigContext } from './kubeconfig-file.js';

const PLAIN_USER = new Set([
  'token',
  'client-certificate',
  'client-certificate-data',
  'client-key',
  'client-key-data',
]);
/** Each may be given in a file or in place. */
const PEMS = [
  ['cluster', 'certificate-authority', 'ca'],
  ['user', 'client-certificate', 'cert'],
  ['user', 'client-key', 'key'],
] as const;

/**
 * Whether credentials are no more than texts and files. Those are read here: `@kubernetes/client-node`, which knows all other
 * kinds, costs 0.25 s and 77 MB for as long as the process lives.
 */
export function isPlain({ cluster, user }: KubeconfigContext): boolean {
  const parts = { cluster, user };
  return (
    Object.keys(user).every((key) => PLAIN_USER.has(key) && textOf(user, key) !== undefined) &&
    PEMS.every(
      ([part, name]) =>
        given(parts[part], name) === undefined || given(parts[part], `${name}-data`) === undefined,
    )
  );
}

/** Reads them now; rejects as `readFile` does where a file cannot be read. */
export async function readPlain({ cluster, user }: KubeconfigContext): Promise<Credentials> {
  const parts = { cluster, user };
  const pems = await Promise.all(
    PEMS.map(async ([part, name, as]) => [as, await pemOf(parts[part], name)] as const),
  );
  const token = given(user, 'token');
  const serverName = given(cluster, 'tls-server-name');
  return {
    headers: token === undefined ? {} : { authorization: `Bearer ${token.trim()}` },
    tls: {
      ...Object.fromEntries(pems.filter(([, pem]) => pem !== undefined)),
      ...(serverName !== undefined && { serverName }),
      ...(cluster['insecure-skip-tls-verify'] === true && { insecure: true }),
    },
  };
}

const given = (fields: Fields, name: string): string | undefined => textOf(fields, name) || undefined;

async function pemOf(fields: Fields, name: string): Promise<string | undefined> {
  const file = given(fields, name);
  if (file !== undefined) return readFile(file, 'utf8');
  const data = given(fields, `${name}-data`);
  return data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8');
}
