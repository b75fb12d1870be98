import { only, podOf, render } from '../../chart/render.js';
import { containerSettings } from '../../support/container-settings.js';
import { ADMIN_SERVICE } from './gateways.js';
import type { KubeObject } from './kube-admin.js';

/** What decides what a replica may do. ClusterRoles are not among them on purpose: none is shipped. */
const RIGHTS = ['ServiceAccount', 'Role', 'RoleBinding'];

/** Where a scenario has its replicas, and its gateways. */
export interface Namespaces {
  readonly controller: string;
  readonly gateways: string;
}

/** What the chart makes for these namespaces. */
export interface Shipped {
  /** ServiceAccounts, Roles and RoleBindings. */
  readonly rights: readonly KubeObject[];
  /** The Secrets of the history, without data. */
  readonly history: readonly KubeObject[];
  /** The ServiceAccount of the gateways' pods, which may read these. */
  readonly bootAccount: { readonly name: string; readonly namespace: string };
  /** The ServiceAccount of the replicas. */
  readonly account: string;
  /** The container's arguments after `run`, and its plain environment variables. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The label selector of the configuration. */
  readonly selector: string;
}

/** The release `silverback` of the chart, with its defaults, and gateways that boot on last good; deploy/silverback.yaml is the same in other namespaces. */
export function shippedRelease({ controller, gateways }: Namespaces, more: object = {}): Shipped {
  const bootAccount = { name: 'kong', namespace: gateways };
  const values = {
    gateways: { service: `${gateways}/${ADMIN_SERVICE}` },
    history: { boot: { serviceAccounts: [bootAccount] } },
    ...more,
  };
  const objects = render(values, 'silverback', controller);
  const forbidden = objects.filter(({ kind }) => kind.startsWith('ClusterRole'));
  if (forbidden.length > 0) throw new Error('the chart grants rights on the whole cluster');
  const { serviceAccountName, containers } = podOf(only(objects, 'Deployment'));
  const [container] = containers;
  if (container === undefined) throw new Error('the Deployment has no container');
  return {
    rights: objects.filter(({ kind }) => RIGHTS.includes(kind)),
    history: objects.filter(({ kind }) => kind === 'Secret'),
    bootAccount,
    account: serviceAccountName,
    args: container.args.slice(1),
    env: Object.fromEntries(
      (container.env ?? []).flatMap(({ name, value }) =>
        value === undefined ? [] : [[name, value] as const],
      ),
    ),
    selector: containerSettings(container)['config-selector'] ?? '',
  };
}
