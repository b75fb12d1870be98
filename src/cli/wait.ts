import { Command } from 'commander';
import { parseDuration } from '../settings/values.js';
import { addPlaceOptions, placeOf } from './status/options.js';
import type { Given, Place } from './status/options.js';

const HELP = `
Without --revision and --for-source, it waits until every gateway serves what is desired; with --for-source, until what is desired was
made of that ConfigMap or Secret as it is in the cluster right now (which your kubeconfig, or the pod's ServiceAccount, must be allowed to get).
Where it was rejected, held, withdrawn or quarantined, the findings are written, and it ends at once. Gateways that cannot be reached
are waited for. With --from-cluster, the history says what is desired (--history-secret, which --for-source needs), and nobody the findings.

Exit codes: 0 every gateway serves it, 1 it does not come, or the time is over, 2 wrong usage.

Examples:
  $ kubectl apply -f routes.yaml && silverback wait --for-source kong/routes --timeout 2m
  $ silverback wait --revision 3f2a91c0
  In an Argo CD PostSync hook or a Helm hook, through the Service of the chart, whose token is in a Secret:
  $ silverback wait --for-source kong/routes --url http://silverback.kong:10256 --token-file /etc/token/token
`;

interface Options extends Given {
  readonly revision?: string;
  readonly forSource?: string;
  readonly timeout: string;
}

const SOURCE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

function mistakes({ revision, forSource, timeout }: Options): string[] {
  const wrong: string[] = [];
  const parsed = parseDuration(timeout);
  if (!parsed.ok) wrong.push(`--timeout ${parsed.problem}`);
  if (revision !== undefined && !/^[0-9a-f]{8,32}$/i.test(revision))
    wrong.push('--revision must be the first 8 hex digits of a revision, or more');
  if (forSource !== undefined && !SOURCE.test(forSource))
    wrong.push('--for-source must be the namespace/name of a ConfigMap or a Secret');
  if (revision !== undefined && forSource !== undefined)
    wrong.push('--revision cannot be given together with --for-source');
  return wrong;
}

/** What the gateways themselves serve does not say of which objects it was made. */
function inVain({ forSource }: Options, { cluster, values }: Place): string[] {
  return forSource !== undefined && cluster === 'only' && values['history-secret'] === undefined
    ? [
        '--for-source with --from-cluster needs --history-secret: the history says of which sources a revision was made',
      ]
    : [];
}

/** `silverback wait`. Exit codes: see the help. */
export function waitCommand(): Command {
  const command = new Command('wait')
    .description('Wait until every gateway serves a revision, or what a source holds now: for CI and hooks.')
    .option('--revision <id>', 'a revision, by its first 8 digits or more')
    .option('--for-source <namespace/name>', 'a ConfigMap or a Secret')
    .option('--timeout <duration>', 'how long at most', '5m')
    .addHelpText('after', HELP);
  return addPlaceOptions(command).action(async (options: Options) => {
    const place = placeOf(command, options, process.env);
    const wrong = [...mistakes(options), ...('url' in place ? inVain(options, place) : place)];
    if (!('url' in place) || wrong.length > 0) {
      process.stderr.write(wrong.map((line) => `error: ${line}\n`).join(''));
      process.exitCode = 2;
      return;
    }
    const timeout = parseDuration(options.timeout);
    const { waitFor } = await import('./wait/wait.js');
    process.exitCode = await waitFor(place, {
      revision: options.revision,
      source: options.forSource,
      timeoutMs: timeout.ok ? timeout.value : 0,
    });
  });
}
