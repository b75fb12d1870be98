import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startReplica } from '../../../src/demo/replica.js';
import type { Replica } from '../../../src/demo/replica.js';
import type { KeyPair } from '../../support/certificates.js';
import { startApiProxy } from './api-proxy.js';
import type { ApiProxy } from './api-proxy.js';
import type { ControlPlane } from './control-plane.js';
import type { KubeObject } from './kube-admin.js';
import { leash } from './leash.js';
import type { Shipped } from './shipped.js';

/** The built program: the suite runs what users run. */
const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const POD = pathToFileURL(fileURLToPath(new URL('pod.mjs', import.meta.url))).href;

/** Short enough for tests, with the proportions of the defaults. */
export const LEASE_MS = 3_000;
export const RENEW_DEADLINE_MS = 2_000;
const SHORT_LEASE = ['--lease-duration', '3s', '--renew-deadline', '2s', '--retry-period', '500ms'];

/** What the gateways want to see of whoever pushes. */
export interface AdminCredentials {
  readonly ca: string;
  readonly client: KeyPair;
  readonly token: string;
}

/** A controller replica in a pod of its own, with its own road to the API server. */
export interface ReplicaPod extends Replica {
  readonly proxy: ApiProxy;
  /** Mounts other Admin API credentials: the controller reads the files again by itself. */
  readonly mountAdmin: (credentials: AdminCredentials) => Promise<void>;
  /**
   * Mounts a token of a new pod object, and makes the old token worthless: the API server answers it with 401, once it has
   * forgotten (after 10 s) that it was good. Gives the new pod's name.
   */
  readonly rotateToken: () => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface ReplicaOptions {
  readonly plane: ControlPlane;
  readonly namespace: string;
  readonly shipped: Shipped;
  readonly admin: AdminCredentials;
  /** Of this replica alone. */
  readonly folder: string;
  readonly args: readonly string[];
}

/** Starts the program with the manifest's settings, a token of its ServiceAccount, and nothing else of the cluster. */
export async function startReplicaPod(name: string, options: ReplicaOptions): Promise<ReplicaPod> {
  const { plane, namespace, shipped, folder } = options;
  const account = { namespace, name: shipped.account };
  const inAccount = (file: string): string => join(folder, 'serviceaccount', file);
  const inAdmin = (file: string): string => join(folder, 'admin-tls', file);
  let generation = 0;
  let pod: KubeObject | undefined;

  async function mountToken(): Promise<void> {
    generation += 1;
    pod = await plane.admin.apply(podObject(`${name}-${generation}`, account));
    await writeFile(inAccount('token'), await plane.admin.token(account, pod));
  }
  async function mountAdmin({ ca, client, token }: AdminCredentials): Promise<void> {
    await writeFile(inAdmin('ca.crt'), ca);
    await writeFile(inAdmin('tls.crt'), client.cert);
    await writeFile(inAdmin('tls.key'), client.key);
    await writeFile(inAdmin('token'), token);
  }

  await mkdir(inAccount(''), { recursive: true });
  await mkdir(inAdmin(''), { recursive: true });
  await writeFile(inAccount('ca.crt'), plane.ca);
  await writeFile(inAccount('namespace'), namespace);
  await mountToken();
  await mountAdmin(options.admin);
  const proxy = await startApiProxy(plane);
  const replica = startReplica(name, [...shipped.args, ...ownArgs(inAdmin), ...options.args], {
    main: MAIN,
    env: {
      ...shipped.env,
      NODE_OPTIONS: `--import=${POD}`,
      E2E_SERVICE_ACCOUNT_FOLDER: inAccount(''),
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(proxy.port),
    },
  });
  const { release } = leash(replica.pid);
  void replica.exited.then(release);
  return {
    ...replica,
    proxy,
    mountAdmin,
    async rotateToken() {
      const old = pod;
      await mountToken();
      if (old !== undefined) await plane.admin.remove('Pod', namespace, old.metadata.name);
      return pod?.metadata.name ?? '';
    },
    async close() {
      replica.signal('SIGCONT');
      replica.signal('SIGKILL');
      await replica.exited;
      await proxy.close();
    },
  };
}

function ownArgs(inAdmin: (file: string) => string): string[] {
  return [
    ['--kong-admin-ca-cert-file', inAdmin('ca.crt')],
    ['--kong-admin-tls-client-cert-file', inAdmin('tls.crt')],
    ['--kong-admin-tls-client-key-file', inAdmin('tls.key')],
    ['--kong-admin-token-file', inAdmin('token')],
    ['--health-probe-bind-address', '127.0.0.1:0'],
    ['--metrics-bind-address', '127.0.0.1:0'],
    ['--diagnostics-bind-address', '127.0.0.1:0'],
    ['--log-level', 'trace'],
    SHORT_LEASE,
  ].flat();
}

function podObject(name: string, account: { readonly namespace: string; readonly name: string }): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: account.namespace },
    spec: { serviceAccountName: account.name, containers: [{ name: 'silverback', image: 'silverback' }] },
  };
}
