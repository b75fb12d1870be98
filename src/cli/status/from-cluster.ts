// How the fleet is, without a controller: the Lease, the EndpointSlices, the history, and each gateway's own /status.
import { hostname } from 'node:os';
import pLimit from 'p-limit';
import { sleep, systemClock } from '../../clock/clock.js';
import { openAdminApi } from '../../controller/admin.js';
import { openCluster } from '../../controller/cluster.js';
import type { Cluster } from '../../controller/cluster.js';
import { openHistory } from '../../controller/history.js';
import { leaseOf } from '../../controller/parts.js';
import { EMPTY_HASH } from '../../config/revision.js';
import { parseEndpointSlice } from '../../discovery/endpoint-slice.js';
import { gatewaysOf } from '../../discovery/gateways.js';
import { staticGateways } from '../../discovery/member.js';
import type { DiscoveredGateway } from '../../discovery/member.js';
import type { AdminApi } from '../../gateway/admin-api.js';
import { EMPTY_RECORD, keptRevision } from '../../history/record.js';
import type { HistoryRecord, Hold } from '../../history/record.js';
import { ENDPOINT_SLICES, LEASES } from '../../kube/client/resource.js';
import { parseLease } from '../../kube/election/lease.js';
import { KubeError } from '../../kube/kube-error.js';
import type {
  GatewayStatus,
  HoldStatus,
  LeadershipStatus,
  RevisionStatus,
  Status,
} from '../../server/diagnostics/status.js';
import { summarise } from '../../server/diagnostics/summary.js';
import type { Values } from '../../settings/read.js';
import { version } from '../version.js';

/** So many gateways are asked at once. */
const AT_ONCE = 20;

/**
 * @throws ConnectionError, SetupError, KubeError, HistoryError; an Error that names a credential file that cannot be read
 */
export async function statusFromCluster(values: Values): Promise<Status> {
  const ports = { clock: systemClock, random: Math.random, report: () => undefined };
  const agent = `silverback/${version()}`;
  const cluster = await openCluster(values, process.env, ports, agent);
  const { admin, close } = await openAdminApi(
    values,
    ports,
    () => agent,
    () => undefined,
  );
  try {
    const { store, durable } = openHistory(values, cluster, ports);
    const [record, found, leadership] = await Promise.all([
      durable ? store.read() : EMPTY_RECORD,
      discover(values, cluster),
      leadershipAt(values, cluster),
    ]);
    const limit = pLimit(AT_ONCE);
    const seen = await Promise.all(
      found.gateways.map((gateway) => limit(() => look(admin, gateway, values))),
    );
    const desired = record.rollout?.revision ?? record.lastGood ?? commonHash(seen);
    const gateways = seen.map((gateway) => judged(gateway, desired, record));
    return assemble(record, desired, gateways, leadership, found.problems);
  } finally {
    await Promise.all([close(), cluster.close()]);
  }
}

async function discover(
  values: Values,
  { client }: Cluster,
): Promise<{ readonly gateways: readonly DiscoveredGateway[]; readonly problems: readonly string[] }> {
  const serverName = values['kong-admin-tls-server-name'];
  const [namespace, service] = values['kong-admin-svc']?.split('/') ?? [];
  if (namespace === undefined || service === undefined)
    return { gateways: staticGateways(values['kong-admin-url'], serverName), problems: [] };
  const labelSelector = `kubernetes.io/service-name=${service}`;
  const slices = await client.list({ resource: ENDPOINT_SLICES, namespace }, parseEndpointSlice, {
    labelSelector,
  });
  return gatewaysOf(slices.items, {
    namespace,
    service,
    portNames: values['kong-admin-svc-port-names'],
    serverName,
  });
}

async function leadershipAt(
  values: Values,
  cluster: Cluster,
): Promise<LeadershipStatus & { expired: boolean }> {
  const place = leaseOf(values, cluster);
  const known = { leading: false, election: true, lease: place };
  try {
    const lease = await cluster.client.get(
      { resource: LEASES, namespace: place.namespace, name: place.name },
      parseLease,
    );
    const until = Date.parse(lease.renewTime ?? '') + (lease.durationSeconds ?? 0) * 1000;
    return {
      ...known,
      term: lease.transitions,
      ...(lease.holder !== '' && { holder: lease.holder }),
      ...(lease.acquireTime !== undefined && { since: new Date(lease.acquireTime).toISOString() }),
      // Clocks differ: somewhat late is not dead.
      expired: lease.holder === '' || !(until + values['lease-duration'] > Date.now()),
    };
  } catch (error) {
    if (!(error instanceof KubeError) || error.status !== 404) throw error;
    return { ...known, term: 0, expired: true };
  }
}

async function look(admin: AdminApi, gateway: DiscoveredGateway, values: Values): Promise<GatewayStatus> {
  const { name, url, object, node, zone, ready } = gateway;
  const [deadline, done] = [new AbortController(), new AbortController()];
  void sleep(systemClock, values['gateway-discovery-readiness-check-timeout'], done.signal).then(() =>
    deadline.abort('timeout'),
  );
  const answer = await admin.status(gateway, deadline.signal).finally(() => done.abort());
  const place = {
    ...{ name, url, canary: false },
    ...(object && { pod: object }),
    ...(node !== undefined && { node }),
    ...(zone !== undefined && { zone }),
    ...(ready !== undefined && { ready }),
  };
  if (answer.kind !== 'status') {
    const trouble = 'trouble' in answer ? answer.trouble : { code: 'timeout', reason: 'no answer in time' };
    const phase = answer.kind === 'refused' ? 'refused' : 'unreachable';
    return { ...place, phase, current: false, failures: 1, trouble };
  }
  const { hash } = answer;
  return {
    ...place,
    phase: 'out-of-sync',
    current: false,
    hash,
    lookedAt: new Date().toISOString(),
    failures: 0,
  };
}

/** What all serve that could be asked: where nothing is remembered, that they agree is all that can be said. */
function commonHash(gateways: readonly GatewayStatus[]): string | undefined {
  const [one, ...others] = new Set(gateways.flatMap(({ hash }) => hash ?? []));
  return others.length > 0 || one === EMPTY_HASH ? undefined : one;
}

function judged(gateway: GatewayStatus, desired: string | undefined, record: HistoryRecord): GatewayStatus {
  const { hash } = gateway;
  if (hash === undefined) return gateway;
  const current = hash === desired;
  const isOurs = current || keptRevision(record, hash) !== undefined;
  return {
    ...gateway,
    phase: current ? 'in-sync' : 'out-of-sync',
    current,
    ...(isOurs && { revision: hash }),
  };
}

function assemble(
  record: HistoryRecord,
  desired: string | undefined,
  gateways: readonly GatewayStatus[],
  { expired, ...leadership }: LeadershipStatus & { expired: boolean },
  discoveryProblems: readonly string[],
): Status {
  const statusOf = (id: string | undefined): RevisionStatus | undefined => {
    if (id === undefined) return undefined;
    const kept = keptRevision(record, id);
    if (kept === undefined) return { id, bytes: 0, counts: {}, sources: [] };
    return { id, bytes: kept.bytes, counts: kept.counts, at: kept.keptAt, sources: kept.sources };
  };
  const [wanted, lastGood] = [statusOf(desired), statusOf(record.lastGood)];
  const { held, rollout } = record;
  const facts = {
    time: new Date().toISOString(),
    version: version(),
    identity: `silverback status on ${hostname()}`,
    observing: false,
    leadership,
    config: {
      verdict: held === undefined ? ('pending' as const) : ('held' as const),
      findings: [],
      sources: [],
    },
    rollout: {
      phase: rollout === undefined ? 'idle' : 'rolling',
      meaning: rollout === undefined ? 'nothing is being rolled out' : 'a new revision goes to the gateways',
      ...(rollout && { revision: rollout.revision }),
      canaries: [],
      done: gateways.filter(({ current }) => current).length,
      total: gateways.length,
    },
    revisions: {
      ...(wanted && { desired: wanted }),
      ...(lastGood && { lastGood }),
      ...(held && { held: holdStatus(held) }),
      ...(record.paused && { paused: record.paused }),
      kept: record.revisions.flatMap(({ id }) => statusOf(id) ?? []),
      withdrawn: record.withdrawn,
      audit: record.audit,
    },
    gateways,
    discoveryProblems,
    convergences: [],
  };
  // We have looked at the gateways ourselves, as a leader does.
  const summary = summarise({ ...facts, leadership: { ...leadership, leading: true } });
  if (!expired) return { ...facts, summary };
  const { lease } = leadership;
  const where = lease === undefined ? '' : ` (Lease ${lease.namespace}/${lease.name})`;
  return {
    ...facts,
    summary: {
      level: 'attention',
      sentence: `No controller leads${where}: nothing is pushed; ${summary.sentence}`,
      advice: [
        'See whether the replicas of Silverback run: kubectl get pods, and their logs',
        ...summary.advice,
      ],
    },
  };
}

const holdStatus = ({ revision, ...hold }: Hold): HoldStatus => ({
  ...hold,
  ...(revision !== undefined && { revision }),
});
