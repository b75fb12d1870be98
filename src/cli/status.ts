import { Command, Option } from 'commander';
import { addPlaceOptions, placeOf } from './status/options.js';
import type { Given } from './status/options.js';
import type { Format } from './status/print.js';

const FORMATS = ['table', 'json', 'yaml'] as const satisfies readonly Format[];

const HELP = `
The first line says how everything is, the next ones what to do. Then who leads, what is desired, the sources, and the gateways:
those that are behind come first.
Of a controller, the diagnostics API is asked (docs/diagnostics.md); a follower says who leads. With --from-cluster, the Lease, the
EndpointSlices, the history and each gateway's /status are asked instead: that works while no controller runs, with your own rights.
It is done by itself where the API is not there and --kong-admin-svc is named.

Exit codes: 0 all is well or on its way (or a follower answers), 1 something waits for a person or nothing could be learnt, 2 wrong usage;
with --watch, of what was known last when it was stopped (Ctrl-C, SIGTERM).

Examples:
  $ kubectl -n kong exec deploy/silverback -- silverback status
  $ kubectl -n kong port-forward deploy/silverback 10256 & silverback status
  $ silverback status --watch
  $ silverback status -o json | jq -r '.gateways[] | select(.current | not) | .name'
  $ silverback status --from-cluster --kong-admin-svc kong/kong-admin --history-secret silverback-history --history-namespace kong
`;

interface Options extends Given {
  readonly output: Format;
  readonly watch: boolean;
}

/** `silverback status`. Exit codes: see the help. */
export function statusCommand(): Command {
  const command = new Command('status')
    .description('Show how the fleet is: who leads, what is desired, which gateway is behind and why.')
    .addOption(new Option('-o, --output <format>', 'how it is written').choices(FORMATS).default('table'))
    .option('-w, --watch', 'show it again whenever something changes, until Ctrl-C; needs the API', false)
    .addHelpText('after', HELP);
  return addPlaceOptions(command).action(async (options: Options) => {
    const place = placeOf(command, options, process.env);
    const wrong = 'url' in place ? [] : [...place];
    if (options.watch && options.output !== 'table') wrong.push('--watch writes tables: leave out --output');
    if (options.watch && options.fromCluster)
      wrong.push('--watch needs the diagnostics API of a controller: leave out --from-cluster');
    if (!('url' in place) || wrong.length > 0) {
      process.stderr.write(wrong.map((line) => `error: ${line}\n`).join(''));
      process.exitCode = 2;
      return;
    }
    process.exitCode = options.watch
      ? await (await import('./status/watch-and-print.js')).watchAndPrint(place)
      : await (await import('./status/print.js')).printStatus(place, options.output);
  });
}
