import { isFields } from './object.js';
import { qualifiedName, type Target } from './resources.js';
import { StatusError } from './status.js';

/** What somebody wants to do, as RBAC is asked (`resourceAttributes`). */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  /** Empty for no object in particular. */
  readonly name: string;
  readonly client: string | undefined;
}

export type Allows = (asked: Attributes) => boolean;

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** The verb of a request, and the name that it is bound to: of the object, or of a list that selects one object. */
export function attributesOf(
  method: string,
  { resource, namespace = '', name }: Target,
  query: URLSearchParams,
  client: string | undefined,
): Attributes {
  const selected = /^metadata\.name=([^,]+)$/.exec(query.get('fieldSelector') ?? '')?.[1];
  const reading = name !== undefined ? 'get' : /^(1|true)$/.test(query.get('watch') ?? '') ? 'watch' : 'list';
  return {
    verb: VERBS[method] ?? reading,
    group: resource.group,
    resource: resource.plural,
    namespace,
    name: name ?? selected ?? '',
    client,
  };
}

export function forbidden({ resource }: Target, { verb, namespace, name, client }: Attributes): StatusError {
  const what = `${qualifiedName(resource)}${name === '' ? ' is' : ` "${name}" is`} forbidden`;
  const who = `User "${client ?? 'system:anonymous'}" cannot ${verb} resource "${resource.plural}"`;
  const where = `in API group "${resource.group}"${namespace === '' ? ' at the cluster scope' : ` in the namespace "${namespace}"`}`;
  return new StatusError(403, 'Forbidden', `${what}: ${who} ${where}`);
}

/** Answers a SelfSubjectAccessReview: allowed or not; it is kept nowhere. */
export function accessReview(body: unknown, client: string | undefined, allows: Allows): object {
  const spec = isFields(body) && isFields(body['spec']) ? body['spec'] : {};
  const asked = isFields(spec['resourceAttributes']) ? spec['resourceAttributes'] : {};
  const text = (field: string): string => (typeof asked[field] === 'string' ? asked[field] : '');
  const allowed = allows({
    verb: text('verb'),
    group: text('group'),
    resource: text('resource'),
    namespace: text('namespace'),
    name: text('name'),
    client,
  });
  const kind = { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1' };
  return { ...kind, metadata: { creationTimestamp: null }, spec, status: { allowed } };
}
