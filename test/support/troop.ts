import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startReplica } from '../../src/demo/replica.js';
import type { Replica, ReplicaLine } from '../../src/demo/replica.js';
import { leaderOf, linesSince, until } from '../../src/demo/until.js';
import {
  ADMIN_SERVICE,
  CONFIG_LABEL,
  CONFIG_NAMESPACE,
  createWorld,
  KONG_NAMESPACE,
} from '../../src/demo/world.js';
import type { GatewayPod, World } from '../../src/demo/world.js';
import type { KongEmulatorOptions } from '../../src/emulator/kong/server/options.js';
import type { RequestRecord } from '../../src/emulator/kong/server/journal.js';

/** The built program: integration tests run what users run. */
export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Short enough for tests, with the proportions of the defaults. */
export const SHORT_LEASE = ['--lease-duration', '3s', '--renew-deadline', '2s', '--retry-period', '500ms'];
export const LEASE_MS = 3_000;
/** No condition in these tests needs this long; a busy machine may. */
const PATIENCE_MS = 60_000;

/** Controllers as processes of their own, gateways and a Kubernetes API in this one. */
export interface Troop {
  readonly world: World;
  readonly replicas: Replica[];
  readonly folder: string;
  /** The arguments that replicas start with, unless told otherwise. */
  readonly standard: readonly string[];
  readonly start: (args?: readonly string[], env?: NodeJS.ProcessEnv) => Replica;
  readonly until: (what: string, holds: () => boolean) => Promise<void>;
  readonly untilLeader: (other?: Replica) => Promise<Replica>;
  /** Waits until every gateway serves the same configuration, told by a leader after `since`. */
  readonly untilConverged: (since: number) => Promise<ReplicaLine>;
  readonly said: (event: string, since?: number) => ReplicaLine[];
  readonly close: () => Promise<void>;
}

export async function createTroop(options: {
  readonly gateways?: number;
  readonly replicas?: number;
  readonly kong?: KongEmulatorOptions;
  readonly args?: readonly string[];
}): Promise<Troop> {
  const world = await createWorld();
  for (let count = 0; count < (options.gateways ?? 0); count += 1) await world.addGateway(options.kong);
  const folder = await mkdtemp(join(tmpdir(), 'silverback-test-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, world.kube.kubeconfig({ namespace: CONFIG_NAMESPACE }));
  const standard = [
    ['--kubeconfig', kubeconfig],
    ['--kong-admin-svc', `${KONG_NAMESPACE}/${ADMIN_SERVICE}`],
    ['--config-selector', `${CONFIG_LABEL}=true`],
    ['--leader-elect', 'on'],
    ['--health-probe-bind-address', '127.0.0.1:0'],
    ['--metrics-bind-address', '127.0.0.1:0'],
    ['--diagnostics-bind-address', '127.0.0.1:0'],
    ['--log-level', 'trace'],
    SHORT_LEASE,
    ['--canary-hold', '100ms'],
    options.args ?? [],
  ].flat();
  const replicas: Replica[] = [];
  const scene = { world, replicas };
  const wait = (what: string, holds: () => boolean): Promise<void> => until(scene, what, holds, PATIENCE_MS);
  const said = (event: string, since = 0): ReplicaLine[] => linesSince(replicas, since, event);

  const troop: Troop = {
    world,
    replicas,
    folder,
    standard,
    said,
    until: wait,
    start(args = standard, env = {}) {
      const replica = startReplica(`silverback-${replicas.length + 1}`, args, { main: MAIN, env });
      replicas.push(replica);
      return replica;
    },
    async untilLeader(other) {
      const leader = (): Replica | undefined => {
        const now = leaderOf(replicas);
        return now === other ? undefined : now;
      };
      await wait('a leader', () => leader() !== undefined);
      return leader()!;
    },
    async untilConverged(since) {
      await wait('convergence', () => said('converged', since).length > 0);
      return said('converged', since).at(-1)!;
    },
    async close() {
      for (const replica of replicas) {
        replica.signal('SIGCONT');
        replica.signal('SIGKILL');
      }
      await Promise.all(replicas.map(({ exited }) => exited));
      await world.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  for (let count = 0; count < (options.replicas ?? 0); count += 1) troop.start();
  return troop;
}

/** A configuration of `count` services with a route each; `mark` makes it differ from others. */
export function configOf(mark: string, count = 2): string {
  const services = Array.from({ length: count }, (_, index) =>
    [
      `  - name: service-${index}`,
      `    url: http://service-${index}.test:8080`,
      '    routes:',
      `      - name: route-${index}`,
      `        paths: [/${mark}/${index}]`,
    ].join('\n'),
  );
  return `_format_version: "3.0"\nservices:\n${services.join('\n')}\n`;
}

/** Requests that a replica made, by its name in User-Agent. */
export function requestsBy(pods: readonly GatewayPod[], { name }: Replica): RequestRecord[] {
  return pods.flatMap(({ kong }) =>
    kong.requests.filter(({ headers }) => headers.userAgent?.includes(`(${name}_`)),
  );
}

export const pushesIn = (requests: readonly RequestRecord[]): RequestRecord[] =>
  requests.filter(({ method }) => method === 'POST');

/** What must hold whatever happened: no gateway ever had two loads at once. */
export function overlapsIn(pods: readonly GatewayPod[]): string[] {
  return pods.flatMap(({ kong }) => kong.violations.map(({ text }) => text));
}

/** The address in a "what on address" line. */
export function addressOf(replica: Replica, what: 'probes' | 'metrics' | 'dashboard'): string {
  const line = replica.lines.find(({ event, message }) => event === 'serving' && message.startsWith(what));
  if (line === undefined) throw new Error(`${replica.name} serves no ${what}`);
  return `http://${String(line.fields['address'])}`;
}
