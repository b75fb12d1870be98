import { randomBytes } from 'node:crypto';
import type { KubeObject } from './kube-admin.js';

/** The endpoint-slice controller's limit (kube-controller-manager --max-endpoints-per-slice). */
const MAX_ENDPOINTS = 100;

/** A pod behind the Service, as the cluster sees it. */
export interface PodEndpoint {
  readonly name: string;
  readonly uid: string;
  /** IPv4, and IPv6 where the cluster is dual-stack. */
  readonly addresses: readonly string[];
  readonly ready: boolean;
  readonly terminating: boolean;
}

export interface SlicedService {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly port: { readonly name: string; readonly port: number };
}

type AddressType = 'IPv4' | 'IPv6';

interface Slice {
  readonly name: string;
  readonly addressType: AddressType;
  /** Pod names. */
  readonly pods: Set<string>;
}

/** What is to be written and what is to be deleted. */
export interface SliceChanges {
  readonly write: readonly KubeObject[];
  readonly remove: readonly string[];
}

const typeOf = (address: string): AddressType => (address.includes(':') ? 'IPv6' : 'IPv4');
const addressOf = ({ addresses }: PodEndpoint, type: AddressType): string | undefined =>
  addresses.find((address) => typeOf(address) === type);

/**
 * The slices of a Service as the endpoint-slice controller keeps them: a pod stays in its slice, a new one goes where
 * there is room, slices that become empty go, and only slices that changed are written.
 */
export function sliceKeeper(service: SlicedService): (pods: readonly PodEndpoint[]) => SliceChanges {
  const slices: Slice[] = [];
  const written = new Map<string, string>();

  function place(pods: readonly PodEndpoint[], addressType: AddressType): void {
    const mine = slices.filter((slice) => slice.addressType === addressType);
    const wanted = new Set(pods.filter((pod) => addressOf(pod, addressType)).map(({ name }) => name));
    for (const slice of mine) {
      for (const name of slice.pods) if (!wanted.has(name)) slice.pods.delete(name);
      for (const name of slice.pods) wanted.delete(name);
    }
    for (const name of wanted) {
      let slice = mine.find((each) => each.pods.size < MAX_ENDPOINTS);
      if (slice === undefined) {
        slice = {
          name: `${service.name}-${randomBytes(3).toString('hex')}`,
          addressType,
          pods: new Set(),
        };
        mine.push(slice);
        slices.push(slice);
      }
      slice.pods.add(name);
    }
  }

  return (pods) => {
    place(pods, 'IPv4');
    place(pods, 'IPv6');
    const emptied = slices.filter((slice) => slice.pods.size === 0);
    for (const slice of emptied) slices.splice(slices.indexOf(slice), 1);
    const changed = slices
      .map((slice) => objectOf(slice, service, pods))
      .filter((object) => written.get(object.metadata.name) !== JSON.stringify(object));
    for (const object of changed) written.set(object.metadata.name, JSON.stringify(object));
    return { write: changed, remove: emptied.map(({ name }) => name) };
  };
}

function objectOf(slice: Slice, service: SlicedService, pods: readonly PodEndpoint[]): KubeObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: slice.name,
      namespace: service.namespace,
      labels: {
        'kubernetes.io/service-name': service.name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'Service',
          name: service.name,
          uid: service.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    addressType: slice.addressType,
    ports: [{ ...service.port, protocol: 'TCP' }],
    endpoints: pods
      .filter(({ name }) => slice.pods.has(name))
      .map((pod) => endpointOf(pod, slice.addressType, service.namespace)),
  };
}

/** A terminating pod is never ready, and serves as long as it is ready for itself. */
function endpointOf(pod: PodEndpoint, type: AddressType, namespace: string): object {
  const { name, uid, ready, terminating } = pod;
  return {
    addresses: [addressOf(pod, type)],
    conditions: { ready: ready && !terminating, serving: ready, terminating },
    targetRef: { kind: 'Pod', namespace, name, uid },
    nodeName: 'node-1',
    zone: 'zone-a',
  };
}
