// The commands that people copy. What a replica runs with decides how they reach it.
import type { LeadershipStatus } from '../../src/server/diagnostics/status.js';
import { short } from './words.js';

/** `GET /api/v1/settings`. */
export interface Setting {
  readonly name: string;
  readonly value: unknown;
  readonly default: boolean;
}

/** A pod's identity is its name, a `_`, and a number that no other process has. */
export const podOf = (identity: string): string => identity.split('_')[0] ?? identity;

/** Quoted for a shell, where that is needed. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

const DEFAULT_PORT = '10256';

/** Replicas are set up alike: the leader's port is ours. */
function portOf(settings: readonly Setting[] | undefined): string {
  const address = settings?.find(({ name }) => name === 'diagnostics-bind-address')?.value;
  const [, port] = /:(\d+)$/.exec(typeof address === 'string' ? address : '') ?? [];
  return port === undefined || port === '0' ? DEFAULT_PORT : port;
}

/** How the leader is reached from the machine of whoever reads this. */
export function reachLeader(
  { holder, lease }: LeadershipStatus,
  settings: readonly Setting[] | undefined,
): string | undefined {
  if (holder === undefined || holder === '' || lease === undefined) return undefined;
  const port = portOf(settings);
  return `kubectl --namespace ${quoted(lease.namespace)} port-forward ${quoted(`pod/${podOf(holder)}`)} ${port}:${port}`;
}

/**
 * A decision, as a command that can be run as it stands: in the pod where there is one, else where the data folder is.
 * `undefined` where the history lives in memory, so that nothing can be decided.
 */
export function decision(
  words: readonly string[],
  settings: readonly Setting[],
  { holder, lease }: LeadershipStatus,
): string | undefined {
  const set = (name: string): string | undefined => {
    const value = settings.find((setting) => setting.name === name)?.value;
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const secret = set('history-secret');
  const folder = set('data-dir');
  if (folder !== undefined) return ['silverback', ...words, '--data-dir', quoted(folder)].join(' ');
  if (secret === undefined) return undefined;
  const place = ['--history-secret', quoted(secret)];
  const kubeconfig = set('kubeconfig');
  const namespace = set('history-namespace');
  const own = [
    ...words,
    ...place,
    ...(namespace === undefined ? [] : ['--history-namespace', quoted(namespace)]),
  ];
  if (kubeconfig !== undefined) return ['silverback', ...own, '--kubeconfig', quoted(kubeconfig)].join(' ');
  if (lease === undefined || holder === undefined) return ['silverback', ...own].join(' ');
  const kubectl = [
    'kubectl',
    '--namespace',
    quoted(lease.namespace),
    'exec',
    quoted(`pod/${podOf(holder)}`),
    '--',
  ];
  return [...kubectl, 'silverback', ...own].join(' ');
}

export const approval = (revision: string): readonly string[] => [
  'approve',
  short(revision),
  '--reason',
  "'…'",
];
