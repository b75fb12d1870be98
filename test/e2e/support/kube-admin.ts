import { request } from 'undici';
import type { Agent, Dispatcher } from 'undici';
import { fieldsOf, isObject, parseMeta, textOf } from '../../../src/kube/object.js';
import type { Fields } from '../../../src/kube/object.js';

/** A Kubernetes object, as tests write and read it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly [other: string]: unknown;
  };
  readonly [other: string]: unknown;
}

/** Everything that the suite does to the cluster, as its administrator. */
export interface KubeAdmin {
  readonly ready: () => Promise<boolean>;
  /** Makes an object, or makes it so (server-side apply), with strict validation of its fields. */
  readonly apply: (object: KubeObject) => Promise<KubeObject>;
  /** Changes some fields, as somebody else than who applies (merge patch). */
  readonly patch: (kind: string, namespace: string, name: string, fields: object) => Promise<KubeObject>;
  /** Undefined when there is none. */
  readonly get: (kind: string, namespace: string, name: string) => Promise<KubeObject | undefined>;
  readonly list: (kind: string, namespace: string) => Promise<readonly KubeObject[]>;
  /** Fine when there is none. */
  readonly remove: (kind: string, namespace: string | undefined, name: string) => Promise<void>;
  /** A token of a ServiceAccount, valid as long as the object that it is bound to is there. */
  readonly token: (account: { namespace: string; name: string }, boundTo: KubeObject) => Promise<string>;
  /** What a bearer of this token may do in a namespace: the rules of a SelfSubjectRulesReview. */
  readonly rules: (token: string, namespace: string) => Promise<readonly unknown[]>;
}

/** @throws Error when it is no object that the API server stores */
function kubeObject(answer: unknown): KubeObject {
  const object = isObject(answer) ? answer : {};
  const { name, namespace, uid } = parseMeta(answer);
  return {
    ...object,
    apiVersion: textOf(object, 'apiVersion') ?? '',
    kind: textOf(object, 'kind') ?? '',
    metadata: { ...fieldsOf(object, 'metadata'), name, namespace, uid },
  };
}

function listIn(object: Fields, field: string): readonly unknown[] {
  const list: unknown = object[field];
  if (!Array.isArray(list)) throw new Error(`the API server answered without ${field}`);
  return list;
}

const GROUPS: Readonly<Record<string, readonly [apiVersion: string, plural: string]>> = {
  Namespace: ['v1', 'namespaces'],
  ServiceAccount: ['v1', 'serviceaccounts'],
  Service: ['v1', 'services'],
  Pod: ['v1', 'pods'],
  ConfigMap: ['v1', 'configmaps'],
  Secret: ['v1', 'secrets'],
  Event: ['v1', 'events'],
  Lease: ['coordination.k8s.io/v1', 'leases'],
  EndpointSlice: ['discovery.k8s.io/v1', 'endpointslices'],
  Deployment: ['apps/v1', 'deployments'],
  PodDisruptionBudget: ['policy/v1', 'poddisruptionbudgets'],
  NetworkPolicy: ['networking.k8s.io/v1', 'networkpolicies'],
  CustomResourceDefinition: ['apiextensions.k8s.io/v1', 'customresourcedefinitions'],
  PodMonitor: ['monitoring.coreos.com/v1', 'podmonitors'],
  PrometheusRule: ['monitoring.coreos.com/v1', 'prometheusrules'],
  ClusterRoleBinding: ['rbac.authorization.k8s.io/v1', 'clusterrolebindings'],
  Role: ['rbac.authorization.k8s.io/v1', 'roles'],
  ValidatingWebhookConfiguration: ['admissionregistration.k8s.io/v1', 'validatingwebhookconfigurations'],
  RoleBinding: ['rbac.authorization.k8s.io/v1', 'rolebindings'],
};

function pathOf(kind: string, namespace: string | undefined, name?: string): string {
  const [apiVersion, plural] = GROUPS[kind] ?? [];
  if (apiVersion === undefined || plural === undefined) throw new Error(`the suite knows no ${kind}`);
  const parts = [apiVersion.includes('/') ? '/apis' : '/api', apiVersion];
  if (namespace !== undefined) parts.push('namespaces', namespace);
  return [...parts, plural, ...(name === undefined ? [] : [name])].join('/');
}

interface Call {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly body?: object;
  readonly contentType?: string;
  readonly token?: string;
}

/** @param agents with the administrator's client certificate, and without any, for what is done with a token */
export function kubeAdmin(
  origin: string,
  agents: { readonly admin: Agent; readonly plain: Agent },
): KubeAdmin {
  async function send({ method, path, body, contentType = 'application/json', token }: Call) {
    const answer = await request(`${origin}${path}`, {
      dispatcher: token === undefined ? agents.admin : agents.plain,
      method,
      headers: {
        'content-type': contentType,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  /** Undefined when there is nothing at that path. */
  async function call(options: Call): Promise<Fields | undefined> {
    const { status, text } = await send(options);
    if (status === 404) return undefined;
    if (status >= 300) throw new Error(`${options.method} ${options.path}: ${status} ${text}`);
    const answer: unknown = JSON.parse(text);
    return isObject(answer) ? answer : {};
  }

  async function mustFind(options: Call): Promise<Fields> {
    const answer = await call(options);
    if (answer === undefined) throw new Error(`${options.path}: not found; does the namespace exist?`);
    return answer;
  }

  return {
    ready: async () => (await send({ method: 'GET', path: '/readyz' })).status === 200,
    async apply(object) {
      const { name, namespace } = object.metadata;
      const path = `${pathOf(object.kind, namespace, name)}?fieldManager=e2e&force=true&fieldValidation=Strict`;
      const contentType = 'application/apply-patch+yaml';
      return kubeObject(await mustFind({ method: 'PATCH', path, body: object, contentType }));
    },
    async patch(kind, namespace, name, body) {
      const path = `${pathOf(kind, namespace, name)}?fieldManager=somebody`;
      const contentType = 'application/merge-patch+json';
      return kubeObject(await mustFind({ method: 'PATCH', path, body, contentType }));
    },
    async get(kind, namespace, name) {
      const answer = await call({ method: 'GET', path: pathOf(kind, namespace, name) });
      return answer === undefined ? undefined : kubeObject(answer);
    },
    async list(kind, namespace) {
      return listIn(await mustFind({ method: 'GET', path: pathOf(kind, namespace) }), 'items').map(
        kubeObject,
      );
    },
    async remove(kind, namespace, name) {
      await call({ method: 'DELETE', path: pathOf(kind, namespace, name) });
    },
    async token({ namespace, name }, { apiVersion, kind, metadata }) {
      const boundObjectRef = { apiVersion, kind, name: metadata.name, uid: metadata.uid };
      const path = `${pathOf('ServiceAccount', namespace, name)}/token`;
      const body = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: [], expirationSeconds: 3_600, boundObjectRef },
      };
      const token = textOf(fieldsOf(await mustFind({ method: 'POST', path, body }), 'status'), 'token');
      if (token === undefined) throw new Error(`${path}: the answer holds no token`);
      return token;
    },
    async rules(token, namespace) {
      const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
      const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectRulesReview',
        spec: { namespace },
      };
      const review = await mustFind({ method: 'POST', path, body, token });
      return listIn(fieldsOf(review, 'status'), 'resourceRules');
    },
  };
}
