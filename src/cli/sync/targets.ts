// Which gateways a sync is for, and whether a controller looks after them already.
import type { Cluster } from '../../controller/cluster.js';
import { parseEndpointSlice } from '../../discovery/endpoint-slice.js';
import { gatewaysOf } from '../../discovery/gateways.js';
import { staticGateways } from '../../discovery/member.js';
import { ENDPOINT_SLICES, LEASES } from '../../kube/client/resource.js';
import { durationMsOf, parseLease } from '../../kube/election/lease.js';
import type { Lease } from '../../kube/election/lease.js';
import { leaseName } from '../../kube/election/settings.js';
import { parseMeta } from '../../kube/object.js';
import { KubeError } from '../../kube/kube-error.js';
import type { Member } from '../../rollout/care.js';
import type { Values } from '../../settings/read.js';

/** Says in words why there is nobody to sync. */
export class NoTargets extends Error {}

/**
 * The gateways of `--kong-admin-url`, or those behind `--kong-admin-svc` at this moment.
 * @throws NoTargets; KubeError
 */
export async function targetsOf(values: Values, cluster: Cluster | undefined): Promise<readonly Member[]> {
  const serverName = values['kong-admin-tls-server-name'];
  const [namespace, service] = values['kong-admin-svc']?.split('/') ?? [];
  if (cluster === undefined || namespace === undefined || service === undefined)
    return staticGateways(values['kong-admin-url'], serverName);
  const { items } = await cluster.client.list({ resource: ENDPOINT_SLICES, namespace }, parseEndpointSlice, {
    labelSelector: `kubernetes.io/service-name=${service}`,
  });
  const portNames = values['kong-admin-svc-port-names'];
  const { gateways, problems } = gatewaysOf(items, { namespace, service, portNames, serverName });
  if (gateways.length > 0) return gateways;
  const why =
    items.length === 0
      ? 'it has no EndpointSlices: check its namespace, name and selector'
      : problems.join('; ') || 'no pod is behind it';
  throw new NoTargets(`there are no gateways behind the Service ${namespace}/${service}: ${why}`);
}

/**
 * Why nothing should be pushed here by hand: somebody holds the Lease, or it cannot be told.
 * @param now the wall time
 */
export async function leaseObjection(
  values: Values,
  { client, namespace: own }: Cluster,
  now: Date,
): Promise<string | undefined> {
  const id = values['election-id'];
  const given = values['election-namespace'];
  const service = values['kong-admin-svc']?.split('/')[0];
  const held = (namespace: string, lease: Lease): string | undefined =>
    isHeld(lease, values['lease-duration'], now)
      ? `${lease.holder} holds the Lease ${namespace}/${leaseName(id, namespace)}: a controller looks after these gateways, and would ` +
        'undo this; change what it reads instead, or give --force (or --election-namespace, if it looks after others)'
      : undefined;
  try {
    if (given === undefined) {
      const { items } = await client.list({ resource: LEASES }, (object) => ({
        ...parseMeta(object),
        lease: parseLease(object),
      }));
      const ours = items.filter(({ name, namespace }) => name === leaseName(id, namespace));
      return ours.map(({ namespace, lease }) => held(namespace, lease)).find((one) => one !== undefined);
    }
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  // Whoever may not look everywhere may look where it would be.
  const likely = given === undefined ? [own, service, 'silverback'] : [given];
  for (const namespace of new Set(likely)) {
    if (namespace === undefined) continue;
    const lease = await leaseIn(values, client, namespace);
    if (lease === 'unknown') return unknown(`${namespace}/${leaseName(id, namespace)}`);
    const objection = lease === undefined ? undefined : held(namespace, lease);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

async function leaseIn(
  values: Values,
  client: Cluster['client'],
  namespace: string,
): Promise<Lease | 'unknown' | undefined> {
  const name = leaseName(values['election-id'], namespace);
  try {
    return await client.get({ resource: LEASES, namespace, name }, parseLease);
  } catch (error) {
    if (error instanceof KubeError && error.status === 404) return undefined;
    if (isForbidden(error)) return 'unknown';
    throw error;
  }
}

const unknown = (lease: string): string =>
  `whether a controller looks after these gateways cannot be told: you may not read the Lease ${lease}; ` +
  'give --election-namespace with the namespace of the controller, or --force if there is none';

const isForbidden = (error: unknown): boolean => error instanceof KubeError && error.status === 403;

/** What two machines' clocks may differ by (ms). In doubt somebody holds it. */
const CLOCK_SKEW_MS = 5_000;

function isHeld(lease: Lease, leaseDurationMs: number, now: Date): boolean {
  if (lease.holder === '') return false;
  const renewed = Date.parse(lease.renewTime ?? '');
  if (Number.isNaN(renewed)) return false;
  return now.getTime() - renewed < durationMsOf(lease, leaseDurationMs) + CLOCK_SKEW_MS;
}
