// The volume that holds Kong's prefix, and LMDB with it: Kubernetes evicts a pod that outgrows its limit.
import type { Cluster } from '../../controller/cluster.js';
import type { DiscoveredGateway } from '../../discovery/member.js';
import type { Resource } from '../../kube/client/resource.js';
import { KubeError } from '../../kube/kube-error.js';
import { fieldsOf, isObject, textOf } from '../../kube/object.js';
import type { Fields } from '../../kube/object.js';
import { oneLine } from '../../report/one-line.js';
import { LMDB_FACTOR } from './kong.js';
import { resultsOf } from './result.js';
import type { Result } from './result.js';
import { parseQuantity, sizeText } from './size.js';
import type { Wanted } from './wanted.js';

const { ok, warn, skipped } = resultsOf('gateways');

const PODS: Resource = { group: '', version: 'v1', plural: 'pods' };

/** @param prefix Kong's, as `GET /` tells it */
export async function checkPrefixVolume(
  cluster: Cluster,
  { object }: DiscoveredGateway,
  prefix: string,
  wanted: Wanted,
): Promise<Result[]> {
  if (object?.namespace === undefined) return [];
  const { namespace, name } = object;
  try {
    const pod = await cluster.client.get({ resource: PODS, namespace, name }, (each) => each);
    return checkLimit(limitOf(fieldsOf(pod, 'spec'), prefix), wanted);
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    // It left meanwhile.
    if (error.status === 404) return [];
    const why =
      error.status === 403 ? 'pods may not be read, and run does not need to' : oneLine(error.message);
    return [skipped('prefix-volume', why)];
  }
}

function checkLimit(limit: number | undefined, { bytes }: Wanted): Result[] {
  if (limit === undefined) return [];
  const need = bytes * LMDB_FACTOR;
  if (need <= limit) return [ok('prefix-volume', `the volume of its prefix has room (${sizeText(limit)})`)];
  return [
    warn(
      'prefix-volume',
      `the volume that holds its prefix is limited to ${sizeText(limit)}, and LMDB may need ${sizeText(need)}: a pod that outgrows it is evicted`,
      { fix: "raise the sizeLimit of that emptyDir (deployment.prefixDir.sizeLimit in Kong's chart)" },
    ),
  ];
}

/** The sizeLimit of the emptyDir that is mounted where the prefix is. */
function limitOf(spec: Fields, prefix: string): number | undefined {
  const lists = (from: Fields, field: string): Fields[] => {
    const value: unknown = from[field];
    return (Array.isArray(value) ? value : []).filter(isObject);
  };
  const mounts = lists(spec, 'containers').flatMap((container) => lists(container, 'volumeMounts'));
  const holds = (mount: Fields): boolean => {
    const path = (textOf(mount, 'mountPath') ?? '').replace(/\/+$/, '');
    return path !== '' && `${prefix.replace(/\/+$/, '')}/`.startsWith(`${path}/`);
  };
  const name = mounts.find(holds)?.['name'];
  const volume = lists(spec, 'volumes').find((each) => name !== undefined && each['name'] === name);
  return parseQuantity(fieldsOf(volume, 'emptyDir')['sizeLimit']);
}
