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
  readonly terminating: boolean;
  /** `host:port`, whatever the scheme. */
  readonly address: string;
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
    terminating: endpoint.terminating,
    address: host,
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

function portProblem(slice: EndpointSlice, { portNames, namespace, service }: DiscoveryRules): string {
  const names = slice.ports.map(({ name }) => name).filter((name) => name !== '');
  const problem = `EndpointSlice ${slice.meta.name} has no port named ${portNames.join(' or ')}`;
  return names.length === 0
    ? `${problem}; name the port in Service ${namespace}/${service}`
    : `${problem}, only ${names.join(', ')}; set --kong-admin-svc-port-names`;
}

/** What a slice offers, or why it offers nothing. */
function candidatesOf(slice: EndpointSlice, rules: DiscoveryRules): Candidate[] | string {
  if (slice.endpoints.length === 0) return [];
  if (slice.addressType !== 'IPv4' && slice.addressType !== 'IPv6') {
    return `EndpointSlice ${slice.meta.name} lists ${slice.addressType} addresses, which are not followed; IPv4 and IPv6 are`;
  }
  const found = bestPort(slice, rules.portNames);
  if (found === undefined) return portProblem(slice, rules);
  return slice.endpoints.map((endpoint) => candidate(slice, endpoint, found.port, found.rank, rules));
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A total order, so that the choice among copies of one Pod depends on nothing else: the best port, then the ready one. */
function byPreference(a: Candidate, b: Candidate): number {
  const readiness = Number(b.gateway.ready) - Number(a.gateway.ready);
  return a.rank - b.rank || readiness || byText(JSON.stringify(a.gateway), JSON.stringify(b.gateway));
}

/**
 * The gateways behind a Service's EndpointSlices: not-ready endpoints are wanted (a DB-less Kong is not Ready
 * before it has a configuration), terminating ones are not. A Pod counts once however many slices and ports list
 * it, and is gone once any of them has it terminating: slices are not updated together, and a Pod that terminates
 * does not come back. An address counts once, too: two loads in one Kong must never overlap, and a new Pod may have
 * the address of one that is still listed. Ordered by name, so that equal sets compare equal.
 */
export function gatewaysOf(slices: Iterable<EndpointSlice>, rules: DiscoveryRules): Discovered {
  const offers = [...slices].map((slice) => candidatesOf(slice, rules));
  const problems = new Set(offers.filter((offer) => typeof offer === 'string'));
  const candidates = offers.flatMap((offer) => (typeof offer === 'string' ? [] : offer));
  const terminating = new Set(
    candidates.filter((each) => each.terminating).map(({ gateway }) => gateway.key),
  );
  const gateways = new Map<string, DiscoveredGateway>();
  const taken = new Set<string>();
  for (const { gateway, address } of candidates.sort(byPreference)) {
    if (terminating.has(gateway.key) || gateways.has(gateway.key) || taken.has(address)) continue;
    gateways.set(gateway.key, gateway);
    taken.add(address);
  }
  return {
    gateways: [...gateways.values()].sort((a, b) => byText(a.name, b.name) || byText(a.key, b.key)),
    problems: [...problems].sort(),
  };
}
