// The Service of the Admin API and its EndpointSlices: whether gateways are found there.
import type { Cluster } from '../../controller/cluster.js';
import { parseEndpointSlice } from '../../discovery/endpoint-slice.js';
import type { EndpointSlice, SliceEndpoint } from '../../discovery/endpoint-slice.js';
import { gatewaysOf } from '../../discovery/gateways.js';
import { staticGateways } from '../../discovery/member.js';
import type { DiscoveredGateway } from '../../discovery/member.js';
import { ENDPOINT_SLICES } from '../../kube/client/resource.js';
import type { Resource } from '../../kube/client/resource.js';
import { KubeError } from '../../kube/kube-error.js';
import { fieldsOf, isObject, textOf } from '../../kube/object.js';
import type { Fields } from '../../kube/object.js';
import { plural } from '../../report/line.js';
import { oneLine } from '../../report/one-line.js';
import type { Values } from '../../settings/read.js';
import { resultsOf } from './result.js';
import type { Result } from './result.js';

const { ok, warn, fail, skipped } = resultsOf('discovery');

const SERVICES: Resource = { group: '', version: 'v1', plural: 'services' };

export interface CheckedDiscovery {
  readonly results: readonly Result[];
  readonly gateways: readonly DiscoveredGateway[];
}

export async function checkDiscovery(
  values: Values,
  cluster: Cluster | undefined,
): Promise<CheckedDiscovery> {
  const given = values['kong-admin-svc'];
  const serverName = values['kong-admin-tls-server-name'];
  if (given === undefined) {
    const gateways = staticGateways(values['kong-admin-url'], serverName);
    return {
      results: [ok('gateways', `${plural(gateways.length, 'gateway')} by --kong-admin-url`)],
      gateways,
    };
  }
  if (cluster === undefined)
    return { results: [skipped('service', 'the API server cannot be used')], gateways: [] };
  const [namespace = '', service = ''] = given.split('/');
  const portNames = values['kong-admin-svc-port-names'];
  const found = await checkService(cluster, namespace, service, portNames);
  const slices = await listSlices(cluster, namespace, service);
  if ('verdict' in slices) return { results: [found, slices], gateways: [] };
  const { gateways, problems } = gatewaysOf(slices, { namespace, service, portNames, serverName });
  const results = checkSlices(given, slices, gateways, problems, found);
  return { results: [found, ...results], gateways };
}

async function checkService(
  { client }: Cluster,
  namespace: string,
  name: string,
  portNames: readonly string[],
): Promise<Result> {
  const shown = `Service ${namespace}/${name}`;
  try {
    const service = await client.get({ resource: SERVICES, namespace, name }, (object) => object);
    return checkPorts(shown, fieldsOf(service, 'spec'), portNames);
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    if (error.status === 404)
      return fail('service', `there is no ${shown}`, {
        fix: `check --kong-admin-svc (namespace/name): kubectl -n ${namespace} get services; Kong's chart makes it with admin.enabled=true`,
      });
    if (error.status === 403)
      return skipped('service', `${shown} may not be read, and run does not need to (services: get)`);
    return fail('service', `${shown}: ${oneLine(error.message)}`);
  }
}

function checkPorts(shown: string, spec: Fields, portNames: readonly string[]): Result {
  const listed: unknown = spec['ports'];
  const ports = (Array.isArray(listed) ? listed : []).filter(isObject);
  const names = ports.map((port) => textOf(port, 'name') ?? '').filter((name) => name !== '');
  if (spec['type'] === 'ExternalName')
    return fail('service', `${shown} is of type ExternalName, which has no EndpointSlices`, {
      fix: "name the Service that selects Kong's pods, or give --kong-admin-url",
    });
  const match = portNames.find((name) => names.includes(name));
  if (match !== undefined) {
    const port = ports.find((each) => textOf(each, 'name') === match)?.['port'];
    return ok('service', `${shown}: port ${match}${typeof port === 'number' ? ` (${port})` : ''}`);
  }
  const has = names.length === 0 ? 'its ports have no names' : `its ports are named ${names.join(', ')}`;
  return fail('service', `${shown} has no port named ${portNames.join(', ')}: ${has}`, {
    fix:
      names.length === 0
        ? 'name the port of the Admin API, e.g. kong-admin-tls (HTTPS) or kong-admin (HTTP)'
        : `if one of them is the Admin API: --kong-admin-svc-port-names ${names[0] ?? ''}; else check --kong-admin-svc`,
  });
}

async function listSlices(
  { client }: Cluster,
  namespace: string,
  service: string,
): Promise<readonly EndpointSlice[] | Result> {
  const at = { resource: ENDPOINT_SLICES, namespace };
  const labelSelector = `kubernetes.io/service-name=${service}`;
  try {
    return (await client.list(at, parseEndpointSlice, { labelSelector })).items;
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    return fail('endpoints', oneLine(error.message), {
      fix: 'see the rights above: without EndpointSlices no gateway is found',
    });
  }
}

function checkSlices(
  given: string,
  slices: readonly EndpointSlice[],
  gateways: readonly DiscoveredGateway[],
  problems: readonly string[],
  service: Result,
): Result[] {
  const told = problems.map((problem) =>
    (gateways.length === 0 ? fail : warn)('endpoints', oneLine(problem)),
  );
  if (slices.length === 0) {
    if (service.verdict === 'fail') return [skipped('endpoints', 'the Service must be right first')];
    const [namespace = '', name = ''] = given.split('/');
    return [
      fail('endpoints', `Service ${given} has no EndpointSlices`, {
        fix: `it selects no pods, or is not there: kubectl -n ${namespace} describe service ${name}`,
      }),
    ];
  }
  const endpoints = slices.flatMap((slice) => slice.endpoints);
  const counts = countsOf(endpoints);
  if (gateways.length > 0)
    return [ok('endpoints', `${plural(gateways.length, 'gateway')}: ${counts}`), ...told];
  if (told.length > 0) return told;
  const fix =
    endpoints.length === 0
      ? 'no pod matches its selector: is Kong running, and do the labels match?'
      : 'they leave: are there others to come?';
  return [fail('endpoints', `there is no gateway behind Service ${given}: ${counts}`, { fix })];
}

function countsOf(endpoints: readonly SliceEndpoint[]): string {
  const terminating = endpoints.filter((each) => each.terminating).length;
  const ready = endpoints.filter((each) => each.ready && !each.terminating).length;
  const unready = endpoints.length - ready - terminating;
  // A DB-less Kong is not Ready before it has a configuration: that is no fault.
  return `${ready} ready, ${unready} not ready, ${terminating} terminating`;
}
