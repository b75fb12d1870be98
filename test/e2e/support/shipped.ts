import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from './kube-admin.js';

const MANIFEST = fileURLToPath(new URL('../../../deploy/silverback.yaml', import.meta.url));
/** What decides what a replica may do. ClusterRoles are not among them on purpose: none is shipped. */
const RIGHTS = ['ServiceAccount', 'Role', 'RoleBinding'];

/** Where a scenario puts what the manifest puts into its own two namespaces. */
export interface Namespaces {
  readonly controller: string;
  readonly gateways: string;
}

/** The manifest that we ship, put into other namespaces. */
export interface Shipped {
  /** ServiceAccounts, Roles and RoleBindings. */
  readonly rights: readonly KubeObject[];
  /** The ServiceAccount of the replicas. */
  readonly account: string;
  /** The container's arguments and plain environment variables. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** As much of a Deployment as is looked at. */
interface Deployment extends KubeObject {
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly containers: readonly {
    readonly args?: readonly string[];
    readonly env?: readonly { readonly name: string; readonly value?: string }[];
  }[];
}

const isDeployment = (object: KubeObject): object is Deployment => object.kind === 'Deployment';

/** Reads deploy/silverback.yaml as somebody would who adapts it to other namespaces. */
export function shippedManifest(to: Namespaces): Shipped {
  const objects = parseAllDocuments(readFileSync(MANIFEST, 'utf8')).flatMap((document): KubeObject[] => {
    const object: KubeObject | null = document.toJS();
    return object === null ? [] : [object];
  });
  const forbidden = objects.filter(({ kind }) => kind.startsWith('ClusterRole'));
  if (forbidden.length > 0) throw new Error('deploy/silverback.yaml grants rights on the whole cluster');
  const deployment = objects.find(isDeployment);
  if (deployment === undefined) throw new Error('deploy/silverback.yaml has no Deployment');
  const { serviceAccountName, containers } = deployment.spec.template.spec;
  const [container] = containers;
  const env = Object.fromEntries(
    (container?.env ?? []).flatMap(({ name, value }) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  );
  const [gateways] = (env['CONTROLLER_KONG_ADMIN_SVC'] ?? '').split('/');
  if (gateways === undefined || gateways === '') throw new Error('the Deployment names no Admin API Service');
  const moved = mover(
    new Map([
      [gateways, to.gateways],
      [deployment.metadata.namespace ?? 'default', to.controller],
    ]),
  );
  return {
    rights: objects.filter(({ kind }) => RIGHTS.includes(kind)).map((object) => moveObject(object, moved)),
    account: serviceAccountName,
    args: (container?.args ?? []).filter((arg) => arg !== 'run').map(moved.setting),
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, moved.setting(value)])),
  };
}

interface Mover {
  readonly namespace: (name: string) => string;
  /** A Lease is named `<election-id>-<namespace>`. */
  readonly resourceName: (name: string) => string;
  /** `namespace`, `namespace/name`, a list of these, or `--flag=` and one of them. */
  readonly setting: (value: string) => string;
}

function mover(names: ReadonlyMap<string, string>): Mover {
  const namespace = (name: string): string => names.get(name) ?? name;
  return {
    namespace,
    resourceName(name) {
      const from = [...names.keys()].find((each) => name.endsWith(`-${each}`));
      return from === undefined ? name : `${name.slice(0, -from.length)}${namespace(from)}`;
    },
    setting: (value) =>
      value.replace(/(?<=^|,|=)[a-z0-9-]+(?=$|,|\/[a-z0-9-]+$)/g, (name) => namespace(name)),
  };
}

function moveObject(object: KubeObject, moved: Mover): KubeObject {
  const change = (key: string, value: unknown): unknown => {
    if (key === 'namespace' && typeof value === 'string') return moved.namespace(value);
    if (key === 'resourceNames' && Array.isArray(value))
      return value.map((name) => moved.resourceName(String(name)));
    return value;
  };
  const copy: KubeObject = JSON.parse(JSON.stringify(object, change));
  return copy;
}
