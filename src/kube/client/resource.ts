/** A kind of object, as the API server's paths name it. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Lower case, e.g. `endpointslices`. */
  readonly plural: string;
}

/** All objects of a kind, in one namespace or, without one, in all of them. */
export interface Collection {
  readonly resource: Resource;
  readonly namespace?: string;
}

/** One object. */
export interface ObjectPath extends Collection {
  readonly name: string;
}

/** Narrows a list or a watch on the server's side. */
export interface Selection {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export const CONFIG_MAPS: Resource = { group: '', version: 'v1', plural: 'configmaps' };
export const SECRETS: Resource = { group: '', version: 'v1', plural: 'secrets' };
export const EVENTS: Resource = { group: '', version: 'v1', plural: 'events' };
export const LEASES: Resource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' };
export const ENDPOINT_SLICES: Resource = {
  group: 'discovery.k8s.io',
  version: 'v1',
  plural: 'endpointslices',
};

/** `leases.coordination.k8s.io`, as RBAC messages name a resource. */
export function resourceName({ group, plural }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** The path of a collection or of one object (Kubernetes API concepts, "Resource URIs"). */
export function pathOf(at: Collection | ObjectPath): string {
  const { group, version, plural } = at.resource;
  return [
    group === '' ? '/api' : `/apis/${group}`,
    version,
    ...(at.namespace === undefined ? [] : ['namespaces', encodeURIComponent(at.namespace)]),
    plural,
    ...('name' in at ? [encodeURIComponent(at.name)] : []),
  ].join('/');
}

/** A query string with its `?`, of the parameters that have a value; empty when none has. */
export function queryOf(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query.toString()}`;
}
