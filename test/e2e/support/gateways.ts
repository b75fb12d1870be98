import { randomUUID } from 'node:crypto';
import { startKongEmulator } from '../../../src/emulator/kong/kong-emulator.js';
import type { KongEmulator } from '../../../src/emulator/kong/kong-emulator.js';
import type { KongEmulatorOptions } from '../../../src/emulator/kong/server/options.js';
import type { KubeAdmin } from './kube-admin.js';
import { sliceKeeper } from './slices.js';

export const ADMIN_SERVICE = 'kong-admin';
const ADMIN_PORT = { name: 'kong-admin-tls', port: 8444 };
const EMPTY = /^0+$/;
/** The pace of a controller of the cluster that cannot reach the API server. */
const RETRY_MS = 200;

/** A gateway pod: a Kong, and what Kubernetes shows of it. */
export interface GatewayPod {
  readonly name: string;
  readonly uid: string;
  readonly kong: KongEmulator;
}

/** The pods behind the Admin API Service, and the endpoint-slice controller that publishes them. */
export interface GatewayPods {
  /** Those that are there and not terminating. */
  readonly all: () => readonly GatewayPod[];
  /** Those that ever were. */
  readonly ever: () => readonly GatewayPod[];
  readonly add: (options?: KongEmulatorOptions) => Promise<GatewayPod>;
  /** It terminates: it still answers, and its endpoint says so. */
  readonly terminate: (pod: GatewayPod) => void;
  readonly remove: (pod: GatewayPod) => Promise<void>;
  /** Adds gateways, or removes the oldest, until there are so many. */
  readonly scaleTo: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Running extends GatewayPod {
  readonly addresses: readonly string[];
  terminating: boolean;
  readonly stopFollowing: () => void;
}

export interface GatewayPodsOptions {
  readonly admin: KubeAdmin;
  readonly namespace: string;
  /** What every gateway gets: TLS, above all. */
  readonly kong: KongEmulatorOptions;
  readonly dualStack?: boolean;
}

/** Makes the Service; its EndpointSlices follow the pods, and whether they have a configuration (a DB-less Kong is not Ready without). */
export async function createGatewayPods(options: GatewayPodsOptions): Promise<GatewayPods> {
  const { admin, namespace, dualStack = false } = options;
  const service = await admin.apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: ADMIN_SERVICE, namespace },
    spec: {
      clusterIP: 'None',
      selector: { app: 'kong' },
      ports: [{ ...ADMIN_PORT, protocol: 'TCP' }],
    },
  });
  const uid = service.metadata.uid ?? '';
  const keep = sliceKeeper({ name: ADMIN_SERVICE, namespace, uid, port: ADMIN_PORT });
  const running: Running[] = [];
  const ever: Running[] = [];
  const subnet = [octet(), octet()];
  let closed = false;
  let dirty = false;
  let publishing = Promise.resolve();

  const untilDone = async (write: () => Promise<unknown>): Promise<void> => {
    for (;;) {
      if (closed) return;
      try {
        await write();
        return;
      } catch {
        // The API server is away; it is asked again, as the real controller does.
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  };
  const publish = async (): Promise<void> => {
    if (!dirty) return;
    dirty = false;
    const { write, remove } = keep(
      running.map(({ name, uid, addresses, kong, terminating }) => ({
        name,
        uid,
        addresses,
        terminating,
        ready: !EMPTY.test(kong.hash()),
      })),
    );
    for (const slice of write) await untilDone(() => admin.apply(slice));
    for (const name of remove) await untilDone(() => admin.remove('EndpointSlice', namespace, name));
  };
  const changed = (): void => {
    dirty = true;
    publishing = publishing.then(publish);
  };
  const readinessFollower = (kong: KongEmulator): (() => void) => {
    let shown = EMPTY.test(kong.hash());
    return kong.onChange(() => {
      const empty = EMPTY.test(kong.hash());
      if (empty === shown) return;
      shown = empty;
      changed();
    });
  };

  const pods: GatewayPods = {
    all: () => running.filter(({ terminating }) => !terminating),
    ever: () => ever,
    async add(own = {}) {
      const number = ever.length + 1;
      const host = [...subnet, number];
      const kong = await startKongEmulator({
        ...options.kong,
        ...own,
        host: ['127', ...host].join('.'),
        adminPort: ADMIN_PORT.port,
      });
      const pod: Running = {
        name: `kong-${number}`,
        uid: randomUUID(),
        addresses: [
          ['10', ...host].join('.'),
          ...(dualStack ? [`fd00::${host.map((part) => part.toString(16)).join(':')}`] : []),
        ],
        kong,
        terminating: false,
        stopFollowing: readinessFollower(kong),
      };
      running.push(pod);
      ever.push(pod);
      changed();
      return pod;
    },
    terminate(pod) {
      const found = running.find(({ name }) => name === pod.name);
      if (found !== undefined) found.terminating = true;
      changed();
    },
    async remove(pod) {
      const index = running.findIndex(({ name }) => name === pod.name);
      const [found] = index === -1 ? [] : running.splice(index, 1);
      found?.stopFollowing();
      changed();
      await pod.kong.stop();
    },
    async scaleTo(count) {
      while (running.length < count) await pods.add();
      while (running.length > count) await pods.remove(running[0]!);
    },
    async close() {
      closed = true;
      await publishing;
      for (const { stopFollowing } of running) stopFollowing();
      await Promise.all(running.map(({ kong }) => kong.stop()));
    },
  };
  return pods;
}

const octet = (): number => 1 + Math.floor(Math.random() * 250);
