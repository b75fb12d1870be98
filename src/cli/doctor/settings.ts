// What the settings alone tell: mistakes, misspelt variables, and what is allowed but rarely meant.
import { inCluster } from '../../kube/connection/load-connection.js';
import { contradictions } from '../../settings/contradictions.js';
import { unknownVariables } from '../../settings/read.js';
import type { Problem, Values } from '../../settings/read.js';
import { resultsOf } from './result.js';
import type { Result } from './result.js';

const { ok, warn, fail } = resultsOf('settings');

/**
 * @param problems what could not be read at all
 * @returns a failure for each mistake; `run` would not start with any of them
 */
export function checkSettings(
  values: Values,
  problems: readonly Problem[],
  env: NodeJS.ProcessEnv,
): Result[] {
  const mistakes = [...problems, ...contradictions(values)].map(({ setting, problem }) =>
    fail('settings', `${setting} ${problem}`, { fix: 'silverback run --help tells what each setting means' }),
  );
  const misspelt = unknownVariables(env).map((name) =>
    warn('variables', `the environment variable ${name} names no setting`, {
      fix: 'is it misspelt? docs/settings.md lists all of them',
    }),
  );
  const doubts = mistakes.length > 0 ? [] : doubtsAbout(values, env);
  const first = mistakes.length === 0 ? [ok('settings', 'silverback run would start with these')] : mistakes;
  return [...first, ...misspelt, ...doubts];
}

function doubtsAbout(values: Values, env: NodeJS.ProcessEnv): Result[] {
  const doubts: Result[] = [];
  const doubt = (check: string, message: string, fix: string): void =>
    void doubts.push(warn(check, message, { fix }));
  if (values['kong-admin-tls-skip-verify'])
    doubt(
      'skip-verify',
      'the certificates of the Admin API are not verified: whoever answers at an address gets the configuration and the token',
      'give --kong-admin-ca-cert-file instead of --kong-admin-tls-skip-verify',
    );
  if (values['history-secret'] === undefined && values['data-dir'] === undefined)
    doubt(
      'no-history',
      'last good is kept in memory only: nothing can be approved or rolled back, and it is forgotten when all replicas restart',
      'give --history-secret in Kubernetes, --data-dir without (docs/history.md)',
    );
  if (values['allow-removal'])
    doubt(
      'allow-removal',
      'a vanished source or an empty configuration empties the gateways without asking anybody',
      'leave --allow-removal out once the removal that it was for is done',
    );
  if (values.adopt)
    doubt(
      'adopt',
      'what the gateways carry already is replaced without asking anybody',
      'leave --adopt out once they serve this configuration',
    );
  if (values['leader-elect'] === 'off' && inCluster(env))
    doubt(
      'no-election',
      'there is no election: two replicas would both push',
      'leave --leader-elect=off out, or run one replica only',
    );
  if (values.observe)
    doubt('observe', 'nothing will be pushed: --observe is on', 'leave --observe out to push');
  return doubts;
}
