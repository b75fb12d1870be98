import { Command } from 'commander';
import { oneLine } from '../report/one-line.js';
import { connectionProblems } from '../settings/contradictions.js';
import { readSettings } from '../settings/read.js';
import type { SettingName } from '../settings/table.js';
import { addSettingOptions, givenSettings } from './setting-options.js';

/** The settings of `silverback run` that say how a gateway is reached. */
const CONNECTION: readonly SettingName[] = [
  'kong-admin-url',
  'kong-admin-token',
  'kong-admin-token-file',
  'kong-admin-header',
  'kong-workspace',
  'kong-admin-tls-skip-verify',
  'kong-admin-tls-server-name',
  'kong-admin-ca-cert',
  'kong-admin-ca-cert-file',
  'kong-admin-tls-client-cert',
  'kong-admin-tls-client-cert-file',
  'kong-admin-tls-client-key',
  'kong-admin-tls-client-key-file',
];

const EXAMPLES = `
Example:
  $ silverback schema pull --kong-admin-url http://localhost:8001 -o schemas
  $ silverback run --schema-dir schemas ...

The folder is written whole or not at all; schemas pulled earlier are replaced.
Exit codes: 0 written, 1 not written, 2 wrong usage.
`;

export function schemaPullCommand(): Command {
  const command = new Command('pull')
    .exitOverride()
    .description('Write the schemas of a live gateway, custom plugins included, into a folder.')
    .requiredOption('-o, --output <folder>', 'folder to write')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, CONNECTION).action(async ({ output }: { output: string }) => {
    const { values, problems } = readSettings(givenSettings(command), process.env);
    const all = [...problems, ...connectionProblems(values)];
    if (all.length > 0) {
      for (const { setting, problem } of all) process.stderr.write(`error: ${setting} ${problem}\n`);
      process.exitCode = 2;
      return;
    }
    const { pull } = await import('./pull-schemas.js');
    try {
      process.stdout.write(`${await pull(values, output)}\n`);
    } catch (error) {
      process.stderr.write(`error: ${oneLine(error instanceof Error ? error.message : String(error))}\n`);
      process.exitCode = 1;
    }
  });
}
