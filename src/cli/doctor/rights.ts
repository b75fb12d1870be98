// Whether we may do in Kubernetes what `run` does with these settings: asked of the API server, right by right.
import pLimit from 'p-limit';
import { namespaceFor } from '../../controller/cluster.js';
import type { Cluster } from '../../controller/cluster.js';
import {
  CONFIG_MAPS,
  ENDPOINT_SLICES,
  EVENTS,
  LEASES,
  resourceName,
  SECRETS,
} from '../../kube/client/resource.js';
import type { Resource } from '../../kube/client/resource.js';
import { leaseName } from '../../kube/election/settings.js';
import { KubeError } from '../../kube/kube-error.js';
import { fieldsOf } from '../../kube/object.js';
import { oneLine } from '../../report/one-line.js';
import type { Values } from '../../settings/read.js';
import { resultsOf } from './result.js';
import type { Result } from './result.js';

/** Verbs on a resource of one namespace, and what they are for. */
export interface Right {
  readonly namespace: string;
  readonly resource: Resource;
  readonly verbs: readonly string[];
  /** Only these objects; all of the namespace unless given. */
  readonly names?: readonly string[];
  readonly why: string;
  /** Without it something is lost, yet gateways are configured all the same. */
  readonly optional?: true;
}

const ACCESS_REVIEWS: Resource = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'selfsubjectaccessreviews',
};

const AT_A_TIME = 4;

/**
 * What `run` needs, as the chart grants it (deploy/helm/silverback/templates/rbac.yaml).
 * @throws SetupError where a namespace is neither given nor known
 */
export function neededRights(values: Values, cluster: Cluster, election: boolean): Right[] {
  const rights: Right[] = [];
  if (election) {
    const namespace = namespaceFor('election-namespace', values['election-namespace'], cluster);
    const names = [leaseName(values['election-id'], namespace)];
    const why = 'the Lease by which replicas elect a leader';
    // Kubernetes cannot bind "create" to a name.
    rights.push({ namespace, resource: LEASES, verbs: ['create'], why });
    rights.push({ namespace, resource: LEASES, verbs: ['get', 'list', 'watch', 'update'], names, why });
  }
  const service = values['kong-admin-svc'];
  if (service !== undefined)
    rights.push({
      namespace: service.split('/')[0] ?? '',
      resource: ENDPOINT_SLICES,
      verbs: ['list', 'watch'],
      why: 'the addresses of the gateways',
    });
  for (const namespace of configNamespaces(values, cluster)) {
    for (const kind of values['config-kinds']) {
      const resource = kind === 'secrets' ? SECRETS : CONFIG_MAPS;
      rights.push({ namespace, resource, verbs: ['list', 'watch'], why: 'the configuration' });
      if (values['annotate-sources']) {
        const why = 'annotations that tell what became of it: --annotate-sources';
        rights.push({ namespace, resource, verbs: ['patch'], why, optional: true });
      }
    }
  }
  rights.push(...historyRights(values, cluster));
  for (const namespace of new Set(rights.map((right) => right.namespace))) {
    const why = 'Events on what is concerned';
    rights.push({ namespace, resource: EVENTS, verbs: ['create', 'patch'], why, optional: true });
  }
  return rights;
}

/** @throws SetupError where none is given or known */
export function configNamespaces(values: Values, cluster: Cluster): readonly string[] {
  if (values['config-selector'] === undefined) return [];
  const given = values['config-namespace'];
  return given.length > 0 ? [...new Set(given)] : [namespaceFor('config-namespace', undefined, cluster)];
}

function historyRights(values: Values, cluster: Cluster): Right[] {
  const record = values['history-secret'];
  if (record === undefined) return [];
  const namespace = namespaceFor('history-namespace', values['history-namespace'], cluster);
  const slots = Array.from({ length: values['history-slots'] }, (_, slot) => `${record}-${slot}`);
  const secrets = { namespace, resource: SECRETS } as const;
  return [
    {
      ...secrets,
      names: [record],
      verbs: ['get', 'list', 'watch', 'patch'],
      why: 'the record of the history',
    },
    { ...secrets, names: slots, verbs: ['get', 'patch'], why: 'the revisions that are kept' },
  ];
}

/** One result for each namespace concerned; what is missing is written out as a Role. */
export async function checkRights(cluster: Cluster, rights: readonly Right[]): Promise<Result[]> {
  const limit = pLimit(AT_A_TIME);
  const namespaces = [...new Set(rights.map(({ namespace }) => namespace))];
  return Promise.all(
    namespaces.map(async (namespace) => {
      const here = rights.filter((right) => right.namespace === namespace);
      try {
        const missing = await Promise.all(here.map((right) => missingOf(cluster, right, limit)));
        return verdict(namespace, here, missing.flat());
      } catch (error) {
        if (!(error instanceof KubeError)) throw error;
        const { skipped } = resultsOf('kubernetes', namespace);
        return skipped('rights', `the API server does not say what we may do: ${oneLine(error.message)}`);
      }
    }),
  );
}

/** What of a right we do not have; nothing where we have all of it. */
async function missingOf(
  { client }: Cluster,
  right: Right,
  limit: <T>(ask: () => Promise<T>) => Promise<T>,
): Promise<Right[]> {
  const { namespace, resource, names } = right;
  const allowed = (verb: string, name: string | undefined): Promise<boolean> =>
    limit(() => {
      const attributes = { namespace, verb, group: resource.group, resource: resource.plural };
      const spec = { resourceAttributes: { ...attributes, ...(name !== undefined && { name }) } };
      const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec };
      return client.create(
        { resource: ACCESS_REVIEWS },
        review,
        (answer) => fieldsOf(answer, 'status')['allowed'] === true,
      );
    });
  const refused = await Promise.all(
    right.verbs.flatMap((verb) =>
      (names ?? [undefined]).map(async (name) => ((await allowed(verb, name)) ? [] : [{ verb, name }])),
    ),
  );
  const gone = refused.flat();
  if (gone.length === 0) return [];
  const missing = { ...right, verbs: right.verbs.filter((each) => gone.some(({ verb }) => verb === each)) };
  if (names === undefined) return [missing];
  return [{ ...missing, names: names.filter((each) => gone.some(({ name }) => name === each)) }];
}

function verdict(namespace: string, needed: readonly Right[], missing: readonly Right[]): Result {
  const { ok, warn, fail } = resultsOf('kubernetes', namespace);
  const named = (rights: readonly Right[]): string =>
    [...new Set(rights.map(({ resource }) => resourceName(resource)))].join(', ');
  if (missing.length === 0) return ok('rights', `all that run needs here: ${named(needed)}`);
  const vital = missing.filter(({ optional }) => optional !== true);
  const lines = (vital.length > 0 ? vital : missing).map(
    ({ verbs, resource, names, why }) =>
      `may not ${verbs.join(', ')} ${resourceName(resource)}${shownNames(names)} (${why})`,
  );
  const rest = {
    fix: `add this Role, or these rules to the one there is, and bind it to the account that Silverback runs as`,
    snippet: roleSnippet(namespace, missing),
  };
  return vital.length > 0 ? fail('rights', lines.join('; '), rest) : warn('rights', lines.join('; '), rest);
}

function shownNames(names: readonly string[] | undefined): string {
  if (names === undefined) return '';
  const [first = '', ...others] = names;
  return others.length === 0 ? ` ${first}` : ` ${first} to ${others.at(-1) ?? ''}`;
}

/** A Role with these rights, as `kubectl apply` takes it. */
export function roleSnippet(namespace: string, rights: readonly Right[]): string {
  const rules = rights.flatMap(({ resource, verbs, names }) => [
    `  - apiGroups: ['${resource.group}']`,
    `    resources: [${resource.plural}]`,
    ...(names === undefined ? [] : [`    resourceNames: [${names.join(', ')}]`]),
    `    verbs: [${verbs.join(', ')}]`,
  ]);
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: Role',
    'metadata:',
    '  name: silverback',
    `  namespace: ${namespace}`,
    'rules:',
    ...rules,
  ].join('\n');
}
