import { isIPv6 } from 'node:net';
import { join } from 'node:path';

import type { Clock } from '../../clock/clock.js';
import { cachedCredentials } from './cached-credentials.js';
import { ConnectionError, type KubeConnection } from './connection.js';
import { readText } from './read-text.js';

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The API server as a pod sees it: address from the environment; token, CA and namespace from the mounted service account.
 * Token and CA are read again every minute and after a 401 (the kubelet rotates both).
 */
export async function serviceAccountConnection(options: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly folder: string | undefined;
}): Promise<KubeConnection> {
  const folder = options.folder ?? FOLDER;
  const host = options.env['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = options.env['KUBERNETES_SERVICE_PORT'] ?? '';
  const credentials = cachedCredentials(options.clock, async () => {
    const [token, ca] = await Promise.all([readMounted(folder, 'token'), readMounted(folder, 'ca.crt')]);
    return { headers: { authorization: `Bearer ${token}` }, tls: { ca } };
  });
  await credentials();
  return {
    server: { origin: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`, pathPrefix: '' },
    namespace: await readMounted(folder, 'namespace'),
    source: "the pod's service account",
    credentials,
  };
}

async function readMounted(folder: string, name: string): Promise<string> {
  const file = join(folder, name);
  const text = await readText(
    file,
    (why) =>
      `This pod has no service account to use: ${file} cannot be read (${why}). ` +
      'Let the pod mount its token (automountServiceAccountToken: true), or pass --kubeconfig.',
  );
  if (text.trim() === '')
    throw new ConnectionError(`${file} is empty: the service account is not usable yet.`);
  return text.trim();
}
