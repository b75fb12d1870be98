import type { EndpointSlice, SliceEndpoint, SlicePort } from './endpoint-slice.js';
import type { DiscoveredGateway } from './member.js';

export interface DiscoveryRules {
  readonly namespace: string;
  readonly service: string;
  /** Port names that speak the Admin API, best first. */
  readonly portNames: readonly string[];
  /** The name that certificates must carry, where it is not `pod.<service>.<namespace>.svc`. */
  readonly serverName: string | undefined;
}

export interface Discovered {
  readonly gateways: readonly DiscoveredGateway[];
  /** What keeps endpoints from being used, in words; empty when all is well. */
  readonly problems: readonly string[];
}

interface Candidate {
  readonly gateway: DiscoveredGateway;
  /** Lower is better: the port's place in the list, then IPv4 before IPv6. */
  readonly rank: number;
}

/** `appProtocol` says it outright, else the port's name does. */
function schemeOf(port: SlicePort): 'http' | 'https' {
  const protocol = port.appProtocol?.toLowerCase().split('/').at(-1);
  if (protocol === 'https' || protocol === 'tls') return 'https';
  if (protocol === 'http') return 'http';
  return /(^|-)(tls|https|ssl)$/.test(port.name) ? 'https' : 'http';
}

const hostOf = (address: string): string => (address.includes(':') ? `[${address}]` : address);

function candidate(
  slice: EndpointSlice,
  endpoint: SliceEndpoint,
  port: SlicePort,
  rank: number,
  rules: DiscoveryRules,
): Candidate {
  const scheme = schemeOf(port);
  const host = `${hostOf(endpoint.address)}:${port.port}`;
  const { pod, node, zone } = endpoint;
  const serverName =
    scheme === 'https' ? (rules.serverName ?? `pod.${rules.service}.${rules.namespace}.svc`) : undefined;
  return {
    rank: rank * 2 + (slice.addressType === 'IPv4' ? 0 : 1),
    gateway: {
      key: pod?.uid ?? host,
      name: pod?.name ?? host,
      url: `${scheme}://${host}`,
      ready: endpoint.ready,
      ...(serverName !== undefined && { serverName }),
      ...(pod !== undefined && {
        object: {
          apiVersion: 'v1',
          kind: 'Pod',
          namespace: slice.meta.namespace,
          name: pod.name,
          uid: pod.uid,
        },
      }),
      ...(node !== undefined && { node }),
      ...(zone !== undefined && { zone }),
    },
  };
}

function bestPort(
  slice: EndpointSlice,
  portNames: readonly string[],
): { port: SlicePort; rank: number } | undefined {
  for (const [rank, name] of portNames.entries()) {
    const port = slice.ports.find((each) => each.name === name);
    if (port !== undefined) return { port, rank };
  }
  return undefined;
}

function portProblem(slice: EndpointSlice, rules: DiscoveryRules): string {
  const names = slice.ports.map((port) => (port.name === '' ? '(unnamed)' : port.name));
  return (
    `EndpointSlice ${slice.meta.name} has no port named ${rules.portNames.join(' or ')}` +
    `${names.length === 0 ? '' : `, only ${names.join(', ')}`}; set --kong-admin-svc-port-names`
  );
}

/**
 * The gateways behind a Service's EndpointSlices: not-ready endpoints are wanted (a DB-less Kong is not Ready
 * before it has a configuration), terminating ones are not, and a Pod counts once however many slices and
 * ports list it. Ordered by name, so that equal sets compare equal.
 */
export function gatewaysOf(slices: Iterable<EndpointSlice>, rules: DiscoveryRules): Discovered {
  const best = new Map<string, Candidate>();
  const problems = new Set<string>();
  for (const slice of slices) {
    if (slice.endpoints.length === 0) continue;
    if (slice.addressType !== 'IPv4' && slice.addressType !== 'IPv6') {
      problems.add(
        `EndpointSlice ${slice.meta.name} lists ${slice.addressType} addresses, which are not followed`,
      );
      continue;
    }
    const found = bestPort(slice, rules.portNames);
    if (found === undefined) {
      problems.add(portProblem(slice, rules));
      continue;
    }
    for (const endpoint of slice.endpoints) {
      if (endpoint.terminating) continue;
      const next = candidate(slice, endpoint, found.port, found.rank, rules);
      const known = best.get(next.gateway.key);
      if (known === undefined || next.rank < known.rank) best.set(next.gateway.key, next);
    }
  }
  const gateways = [...best.values()].map(({ gateway }) => gateway);
  gateways.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.key < b.key ? -1 : 1));
  return { gateways, problems: [...problems].sort() };
}
