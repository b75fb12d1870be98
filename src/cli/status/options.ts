// Where `silverback status` and `silverback wait` look: one set of options for both.
import type { Command } from 'commander';
import { contradictions } from '../../settings/contradictions.js';
import { readSettings } from '../../settings/read.js';
import type { Values } from '../../settings/read.js';
import type { SettingName } from '../../settings/table.js';
import { CONNECTION } from '../connection.js';
import { addSettingOptions, givenSettings } from '../setting-options.js';

export const DEFAULT_URL = 'http://127.0.0.1:10256';

const CLUSTER: readonly SettingName[] = [
  'kubeconfig',
  'kong-admin-svc',
  'kong-admin-svc-port-names',
  'history-secret',
  'history-namespace',
  'election-id',
  'election-namespace',
];

export interface Given {
  readonly url?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly fromCluster: boolean;
}

/** Where to look, as far as it makes sense. */
export interface Place {
  readonly url: string;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  /** The settings that lead to the cluster. */
  readonly values: Values;
  /** `only`: nothing else is asked; `instead`: where the API is not there; `never`: no Service is named. */
  readonly cluster: 'only' | 'instead' | 'never';
}

export function addPlaceOptions(command: Command): Command {
  command
    .option('--url <url>', `the diagnostics API (default ${DEFAULT_URL})`)
    .option('--token <token>', 'its token, where it wants one (CONTROLLER_DIAGNOSTICS_TOKEN)')
    .option('--token-file <file>', 'file with that token (CONTROLLER_DIAGNOSTICS_TOKEN_FILE)')
    .option('--from-cluster', 'ask Kubernetes and the gateways themselves, and no controller', false);
  // Grouped by the settings' own groups, as a table of all of them is.
  const names = [...CLUSTER, ...CONNECTION].sort((one, other) => (one < other ? -1 : 1));
  return addSettingOptions(command, names);
}

/** @returns where to look, or what is wrong, line by line */
export function placeOf(command: Command, given: Given, env: NodeJS.ProcessEnv): Place | readonly string[] {
  const { values, problems } = readSettings(givenSettings(command), env);
  const service = values['kong-admin-svc'];
  const own = new Set([...CLUSTER, ...CONNECTION].map((name) => `--${name}`));
  const wrong = [...problems, ...contradictions(values)]
    .filter(({ setting }) => own.has(setting))
    .map(({ setting, problem }) => `${setting} ${problem}`);
  const { url = DEFAULT_URL, fromCluster } = given;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    wrong.push(`--url must be a URL such as ${DEFAULT_URL}`);
  if (given.token !== undefined && given.tokenFile !== undefined)
    wrong.push('--token cannot be given together with --token-file');
  if (fromCluster && given.url !== undefined)
    wrong.push('--from-cluster cannot be given together with --url');
  if (fromCluster && service === undefined)
    wrong.push('--from-cluster needs --kong-admin-svc: the Service of the Admin API, as namespace/name');
  if (wrong.length > 0) return wrong;
  const isNamed = given.token !== undefined || given.tokenFile !== undefined;
  return {
    url,
    token: given.token ?? (isNamed ? undefined : values['diagnostics-token']),
    tokenFile: given.tokenFile ?? (isNamed ? undefined : values['diagnostics-token-file']),
    values,
    cluster: fromCluster ? 'only' : service !== undefined && given.url === undefined ? 'instead' : 'never',
  };
}
