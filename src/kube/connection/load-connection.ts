import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

import type { Clock } from '../../clock/clock.js';
import { ConnectionError, type KubeConnection } from './connection.js';
import { serviceAccountConnection } from './service-account.js';

export interface ConnectionOptions {
  /** `--kubeconfig`: a file to use whatever else there is. */
  readonly kubeconfig?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Where a service account is mounted. */
  readonly serviceAccountFolder?: string;
  /** Whose `.kube/config` is the last resort. */
  readonly home?: string;
}

/**
 * Whether this process runs in a pod: Kubernetes gives every container these variables. Whether a service account is mounted is
 * not asked: a pod without one must be told so, not be taken for a lone process that needs no election.
 */
export function inCluster(env: ConnectionOptions['env']): boolean {
  return (env['KUBERNETES_SERVICE_HOST'] ?? '') !== '' && (env['KUBERNETES_SERVICE_PORT'] ?? '') !== '';
}

/**
 * Finds the cluster in controller-runtime's order: the given kubeconfig, `KUBECONFIG`, the pod's service account,
 * `~/.kube/config`. Rejects with a ConnectionError.
 */
export async function loadConnection(options: ConnectionOptions): Promise<KubeConnection> {
  const { env, clock } = options;
  if (options.kubeconfig !== undefined) return fromKubeconfig([options.kubeconfig], clock);
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) return fromKubeconfig(listed, clock);
  if (inCluster(env)) return serviceAccountConnection({ ...options, folder: options.serviceAccountFolder });
  const own = join(options.home ?? homedir(), '.kube', 'config');
  if (existsSync(own)) return fromKubeconfig([own], clock);
  throw new ConnectionError(
    `No Kubernetes cluster to talk to: this is no pod (KUBERNETES_SERVICE_HOST is not set), KUBECONFIG is not set, and there ` +
      `is no ${own}. Pass --kubeconfig, or run without Kubernetes (--kong-admin-url with --config-file).`,
  );
}

/** A pod starts without what reads kubeconfig files. */
async function fromKubeconfig(files: readonly string[], clock: Clock): Promise<KubeConnection> {
  const { kubeconfigConnection } = await import('./kubeconfig.js');
  return kubeconfigConnection(files, clock);
}
