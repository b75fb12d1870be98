import { randomUUID } from 'node:crypto';
import { startKongEmulator } from '../emulator/kong/kong-emulator.js';
import type { KongEmulator } from '../emulator/kong/kong-emulator.js';
import type { KongEmulatorOptions } from '../emulator/kong/server/options.js';
import { startKubeEmulator } from '../emulator/kube/kube-emulator.js';
import type { KubeEmulator } from '../emulator/kube/kube-emulator.js';

export const KONG_NAMESPACE = 'kong';
export const ADMIN_SERVICE = 'kong-admin';
export const CONFIG_NAMESPACE = 'silverback';
export const CONFIG_LABEL = 'silverback.dev/config';

const EMPTY = /^0+$/;

/** A gateway pod: a Kong, and what Kubernetes shows of it. */
export interface GatewayPod {
  readonly name: string;
  readonly uid: string;
  readonly kong: KongEmulator;
}

/** A cluster in this process: a Kubernetes API, and Kong pods behind an Admin API Service. */
export interface World {
  readonly kube: KubeEmulator;
  readonly pods: () => readonly GatewayPod[];
  readonly addGateway: (options?: KongEmulatorOptions) => Promise<GatewayPod>;
  readonly removeGateway: (pod: GatewayPod) => Promise<void>;
  /** Writes a ConfigMap of configuration; `undefined` takes it away. */
  readonly setConfig: (name: string, data: Readonly<Record<string, string>> | undefined) => void;
  readonly close: () => Promise<void>;
}

/** Keeps a pod's EndpointSlice as the cluster would: not ready while the Kong is empty. One slice each, as each has a port of its own. */
function publish(kube: KubeEmulator, { name, uid, kong }: GatewayPod): () => void {
  let shown: boolean | undefined;
  const write = (): void => {
    const ready = !EMPTY.test(kong.hash());
    if (ready === shown) return;
    shown = ready;
    const tls = kong.adminUrl.startsWith('https:');
    kube.apply({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${ADMIN_SERVICE}-${name}`,
        namespace: KONG_NAMESPACE,
        labels: { 'kubernetes.io/service-name': ADMIN_SERVICE },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: ADMIN_SERVICE, uid: 'admin-service' }],
      },
      addressType: 'IPv4',
      ports: [{ name: tls ? 'kong-admin-tls' : 'kong-admin', port: kong.adminPort, protocol: 'TCP' }],
      endpoints: [
        {
          addresses: [new URL(kong.adminUrl).hostname],
          conditions: { ready, serving: ready, terminating: false },
          targetRef: { kind: 'Pod', name, namespace: KONG_NAMESPACE, uid },
        },
      ],
    });
  };
  write();
  return kong.onChange(write);
}

export async function createWorld(): Promise<World> {
  const kube = await startKubeEmulator();
  const running = new Map<GatewayPod, () => void>();
  let made = 0;
  return {
    kube,
    pods: () => [...running.keys()],
    async addGateway(options = {}) {
      made += 1;
      const pod = { name: `kong-${made}`, uid: randomUUID(), kong: await startKongEmulator(options) };
      running.set(pod, publish(kube, pod));
      return pod;
    },
    async removeGateway(pod) {
      running.get(pod)?.();
      running.delete(pod);
      kube.remove('EndpointSlice', KONG_NAMESPACE, `${ADMIN_SERVICE}-${pod.name}`);
      await pod.kong.stop();
    },
    setConfig(name, data) {
      if (data === undefined) {
        kube.remove('ConfigMap', CONFIG_NAMESPACE, name);
        return;
      }
      const metadata = { name, namespace: CONFIG_NAMESPACE, labels: { [CONFIG_LABEL]: 'true' } };
      kube.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    },
    async close() {
      for (const stopPublishing of running.values()) stopPublishing();
      await Promise.all([...running.keys()].map(({ kong }) => kong.stop()));
      await kube.close();
    },
  };
}
