import { Command } from 'commander';
import { connectionProblems } from '../settings/contradictions.js';
import { readSettings } from '../settings/read.js';
import { CONNECTION } from './connection.js';
import { addSettingOptions, givenSettings } from './setting-options.js';

const HELP = `
What is written is what somebody would have written: without defaults, ids and times that Kong fills in by itself, sorted, routes in
their services, plugins where they are. Gateways that serve the same give the same text. Custom plugins are understood by the schemas of
the gateway. GET /config is read, once (Kong needs 12 s to show 20,000 entities): nothing is changed there.

Secrets are replaced by redacted-by-silverback-dump. Such a text is for reading: \`validate\`, \`sync\` and \`run\` refuse it.

Exit codes: 0 written, 1 it cannot be read or is no valid configuration, 2 wrong usage.

Examples:
  $ silverback dump --kong-admin-url http://kong-1:8001                        for reading, and for tickets
  $ silverback dump --kong-admin-url http://kong-1:8001 --show-secrets > kong.yaml
  $ silverback dump --kong-admin-url http://kong-1:8001 --show-secrets |
      silverback sync --kong-admin-url http://kong-2:8001 -                    make the second serve what the first does
`;

/** `silverback dump`: a gateway's configuration as YAML. */
export function dumpCommand(): Command {
  const command = new Command('dump')
    .description('Write what a gateway serves as clean, minimal, sorted YAML that can be pushed again.')
    .option('--show-secrets', 'show secrets, so that the text can be pushed', false)
    .addHelpText('after', HELP);
  return addSettingOptions(command, ['kong-admin-url', ...CONNECTION]).action(
    async ({ showSecrets }: { readonly showSecrets: boolean }) => {
      const { values, problems } = readSettings(givenSettings(command), process.env);
      const wrong = [...problems, ...connectionProblems(values)];
      if (wrong.length > 0) {
        for (const { setting, problem } of wrong) process.stderr.write(`error: ${setting} ${problem}\n`);
        process.stderr.write('(silverback dump --help tells more)\n');
        process.exitCode = 2;
        return;
      }
      const { dumpGateway } = await import('./dump/gateway.js');
      const dumped = await dumpGateway(values, showSecrets);
      if ('text' in dumped) {
        process.stdout.write(dumped.text);
        return;
      }
      for (const problem of dumped.problems) process.stderr.write(`${problem}\n`);
      process.exitCode = 1;
    },
  );
}
