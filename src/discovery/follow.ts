import type { Clock, Random } from '../clock/clock.js';
import type { KubeClient } from '../kube/client/client.js';
import { ENDPOINT_SLICES } from '../kube/client/resource.js';
import { startWatchCache } from '../kube/watch-cache/watch-cache.js';
import type { ObjectRef, Report } from '../report/happening.js';
import { parseEndpointSlice } from './endpoint-slice.js';
import type { EndpointSlice } from './endpoint-slice.js';
import { gatewaysOf } from './gateways.js';
import type { DiscoveryRules } from './gateways.js';
import type { DiscoveredGateway } from './member.js';

export interface Discovery {
  readonly synced: () => boolean;
  readonly close: () => void;
}

/** The Service by its uid, too, as its EndpointSlices tell it. */
function serviceOf(slices: Iterable<EndpointSlice>, rules: DiscoveryRules): ObjectRef | undefined {
  const { namespace, service: name } = rules;
  for (const { service } of slices) {
    if (service?.name === name)
      return { apiVersion: 'v1', kind: 'Service', namespace, name, uid: service.uid };
  }
  return undefined;
}

/**
 * Follows the EndpointSlices of a Service, by the label that Kubernetes puts on them. `onGateways` gets the first
 * complete set, and each that differs from the one before.
 */
export function followService(options: {
  readonly client: KubeClient;
  readonly rules: DiscoveryRules;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  readonly onGateways: (gateways: readonly DiscoveredGateway[]) => void;
}): Discovery {
  const { client, rules, clock, random, report, onGateways } = options;
  let toldGateways: string | undefined;
  let toldSummary: string | undefined;
  const cache = startWatchCache({
    client,
    resource: ENDPOINT_SLICES,
    namespace: rules.namespace,
    labelSelector: `kubernetes.io/service-name=${rules.service}`,
    parse: parseEndpointSlice,
    clock,
    random,
    report,
    onChange(slices) {
      const { gateways, problems } = gatewaysOf(slices.values(), rules);
      // Which gateways came and left is told elsewhere, and their readiness is no discovery.
      const service = serviceOf(slices.values(), rules);
      const summary = JSON.stringify([gateways.length, problems, service?.uid]);
      if (summary !== toldSummary) {
        const known = service !== undefined && { service };
        report({ kind: 'discovery-changed', gateways: gateways.length, problems, ...known });
      }
      toldSummary = summary;
      const now = JSON.stringify(gateways);
      if (now === toldGateways) return;
      toldGateways = now;
      onGateways(gateways);
    },
  });
  return { synced: () => cache.synced(), close: () => cache.stop() };
}
