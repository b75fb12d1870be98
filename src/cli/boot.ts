import { Command } from 'commander';
import { addHistoryOptions } from './history-options.js';

const EXAMPLES = `
For an init container of Kong's pods: Kong reads the file when it starts (KONG_DECLARATIVE_CONFIG), and is ready at once, on the
very revision that Silverback would push, whether or not any Silverback is alive. Where there is no last good, or the Kong would
refuse it, the file holds no entities: Kong starts, and is ready when Silverback has configured it. docs/history.md has the values
for Kong's chart.

Examples:
  $ silverback boot --out /kong_dbless/kong.json --history-secret silverback-history -n kong --kong-version 3.9
  $ silverback boot --out /kong_dbless/kong.json --data-dir /var/lib/silverback

Exit codes: 0 the file is there (stderr tells what it holds), 1 it could not be written, 2 wrong usage.
`;

/** `silverback boot`: last good as a file that Kong starts with. */
export function bootCommand(): Command {
  const command = new Command('boot')
    .description(
      'Write last good to a file that Kong starts with, so that it boots without any Silverback alive.',
    )
    .requiredOption('--out <file>', 'file to write; .json, which Kong reads fastest, or .yml')
    .option('--kong-version <version>', 'the Kong that will read it, such as 3.9 (KONG_VERSION)')
    .option('--timeout <duration>', 'how long the history may take to answer', '10s')
    .addHelpText('after', EXAMPLES);
  return addHistoryOptions(command).action(
    async (options: { out: string; kongVersion?: string; timeout: string }) => {
      const { boot } = await import('./boot/boot.js');
      const { out, timeout, kongVersion = process.env['KONG_VERSION'] } = options;
      // A history that hangs must not hold up the pod.
      process.exit(await boot(command, { out, timeout, kongVersion }));
    },
  );
}
