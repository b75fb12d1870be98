import { createClient } from '../kube/client/client.js';
import type { KubeClient } from '../kube/client/client.js';
import { openTransport } from '../kube/client/transport.js';
import { inCluster, loadConnection } from '../kube/connection/load-connection.js';
import type { Values } from '../settings/read.js';
import type { Ports } from './ports.js';

/** What we use Kubernetes for, if at all. */
export interface Cluster {
  readonly client: KubeClient;
  /** Our own namespace: the pod's, or the kubeconfig context's. */
  readonly namespace: string | undefined;
  readonly close: () => Promise<void>;
}

/** A mistake in the set-up that stops us from starting, in words for whoever made it. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

/** `auto` is on whenever in a cluster: replicas there must not all push. */
export function electionWanted(values: Values, env: NodeJS.ProcessEnv): boolean {
  return values['leader-elect'] === 'on' || (values['leader-elect'] === 'auto' && inCluster(env));
}

export function clusterWanted(values: Values, env: NodeJS.ProcessEnv): boolean {
  return (
    values['kong-admin-svc'] !== undefined ||
    values['config-selector'] !== undefined ||
    values['history-secret'] !== undefined ||
    electionWanted(values, env)
  );
}

/** @throws ConnectionError when there is no cluster to be found */
export async function openCluster(
  values: Values,
  env: NodeJS.ProcessEnv,
  { clock }: Ports,
  userAgent: string,
): Promise<Cluster> {
  const kubeconfig = values.kubeconfig;
  const connection = await loadConnection({ env, clock, ...(kubeconfig !== undefined && { kubeconfig }) });
  const transport = openTransport(connection, { userAgent });
  return {
    client: createClient({ send: (request) => transport.send(request), clock }),
    namespace: connection.namespace,
    close: () => transport.close(),
  };
}

/** A namespace that was given, or our own. */
export function namespaceFor(flag: string, given: string | undefined, cluster: Cluster): string {
  const namespace = given ?? cluster.namespace;
  if (namespace === undefined)
    throw new SetupError(`--${flag} is needed: outside a cluster there is no namespace of our own`);
  return namespace;
}
