import { resourceName, type Collection } from '../client/resource.js';
import type { KubeError } from '../kube-error.js';

/** What somebody must do before lists and watches of `at` can work; undefined where waiting may be enough. */
export function adviceFor({ status }: KubeError, at: Collection): string | undefined {
  const { group, version, plural } = at.resource;
  const where = at.namespace === undefined ? 'in all namespaces' : `in namespace ${at.namespace}`;
  const role = at.namespace === undefined ? 'ClusterRole' : 'Role';
  switch (status) {
    case 401:
      return 'the API server does not accept the credentials: check the service account or the kubeconfig user';
    case 403:
      return `allow list and watch on ${resourceName(at.resource)} ${where} (a ${role} bound to the service account)`;
    case 404:
      return `the API server does not serve ${plural} of ${group === '' ? version : `${group}/${version}`}`;
    default:
      return undefined;
  }
}
