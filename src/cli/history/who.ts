import { hostname, userInfo } from 'node:os';
import type { Cluster } from '../../controller/cluster.js';
import type { Resource } from '../../kube/client/resource.js';
import { KubeError } from '../../kube/kube-error.js';
import { fieldsOf, textOf } from '../../kube/object.js';

const SELF_SUBJECT_REVIEWS: Resource = {
  group: 'authentication.k8s.io',
  version: 'v1',
  plural: 'selfsubjectreviews',
};

/** Whoever asks, for the audit: as the API server knows them (since Kubernetes 1.28), else as the operating system does. */
export async function whoAsks(cluster: Cluster | undefined): Promise<string> {
  const known = cluster === undefined ? undefined : await askServer(cluster);
  return known ?? `${localUser()}@${hostname()}`;
}

async function askServer({ client }: Cluster): Promise<string | undefined> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  try {
    return await client.create({ resource: SELF_SUBJECT_REVIEWS }, review, (answer) =>
      textOf(fieldsOf(fieldsOf(answer, 'status'), 'userInfo'), 'username'),
    );
  } catch (error) {
    if (error instanceof KubeError) return undefined;
    throw error;
  }
}

/** A container's user may have no name. */
function localUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
