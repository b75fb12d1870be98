import { Command } from 'commander';
import { oneLine } from '../report/one-line.js';
import { connectionProblems } from '../settings/contradictions.js';
import { readSettings } from '../settings/read.js';
import { CONNECTION } from './connection.js';
import { addSettingOptions, givenSettings } from './setting-options.js';

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
  return addSettingOptions(command, ['kong-admin-url', ...CONNECTION]).action(
    async ({ output }: { output: string }) => {
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
    },
  );
}
