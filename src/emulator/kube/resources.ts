/** The kinds of objects that the emulator serves, all of them namespaced. */
export interface ResourceKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  /** A PUT of an object that is not there creates it (`AllowCreateOnUpdate` of the real strategies). */
  readonly createOnUpdate: boolean;
  /** A PUT without a resourceVersion replaces whatever is there (`AllowUnconditionalUpdate`). */
  readonly unconditionalUpdate: boolean;
}

export const RESOURCE_KINDS: readonly ResourceKind[] = [
  core('configmaps', 'ConfigMap', false),
  core('secrets', 'Secret', false),
  core('services', 'Service', true),
  core('pods', 'Pod', false),
  core('events', 'Event', true),
  {
    group: 'coordination.k8s.io',
    version: 'v1',
    plural: 'leases',
    kind: 'Lease',
    createOnUpdate: true,
    unconditionalUpdate: false,
  },
  {
    group: 'discovery.k8s.io',
    version: 'v1',
    plural: 'endpointslices',
    kind: 'EndpointSlice',
    createOnUpdate: false,
    unconditionalUpdate: true,
  },
];

/** What a request's path names. */
export interface Target {
  readonly resource: ResourceKind;
  /** Undefined for all namespaces. */
  readonly namespace: string | undefined;
  /** Undefined for the collection. */
  readonly name: string | undefined;
}

/** Reads `/api/v1/…` and `/apis/{group}/{version}/…`; undefined for anything else. */
export function targetOf(path: string): Target | undefined {
  const parts = decodedParts(path);
  const group = parts[0] === 'api' ? '' : parts[0] === 'apis' ? parts[1] : undefined;
  const rest = parts.slice(group === '' ? 1 : 2);
  const version = rest[0];
  const namespaced = rest[1] === 'namespaces' && rest.length > 3;
  const [plural, name, ...more] = rest.slice(namespaced ? 3 : 1);
  const resource = RESOURCE_KINDS.find(
    (kind) => kind.group === group && kind.version === version && kind.plural === plural,
  );
  if (resource === undefined || more.length > 0 || name === '') return undefined;
  if (!namespaced && name !== undefined) return undefined;
  return { resource, namespace: namespaced ? rest[2] : undefined, name };
}

/** Empty for a path that is not well encoded. */
function decodedParts(path: string): readonly string[] {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return [];
  }
}

export function resourceOfKind(kind: string): ResourceKind {
  const resource = RESOURCE_KINDS.find((candidate) => candidate.kind === kind);
  if (resource === undefined) throw new Error(`the emulator serves no ${kind}`);
  return resource;
}

export function apiVersionOf({ group, version }: ResourceKind): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `leases.coordination.k8s.io`, as messages name a resource. */
export function qualifiedName({ group, plural }: ResourceKind): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function core(plural: string, kind: string, createOnUpdate: boolean): ResourceKind {
  return { group: '', version: 'v1', plural, kind, createOnUpdate, unconditionalUpdate: true };
}
