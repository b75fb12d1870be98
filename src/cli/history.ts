import { Command, Option } from 'commander';
import { addHistoryOptions, WHERE } from './history-options.js';

const FORMATS = ['table', 'json', 'yaml'] as const;
type Format = (typeof FORMATS)[number];

const EXAMPLES = `
Examples:
  $ silverback history
  $ silverback history -o json | jq -r .lastGood
${WHERE}

Exit codes: 0 shown, 1 it cannot be read, 2 wrong usage.
`;

/** `silverback history`: what is last good, kept, withdrawn, held, paused, and who decided what. */
export function historyCommand(): Command {
  const command = new Command('history')
    .description('Show what is last good, kept, withdrawn, held and paused, and who decided what.')
    .addOption(new Option('-o, --output <format>', 'how it is written').choices(FORMATS).default('table'))
    .addHelpText('after', EXAMPLES);
  return addHistoryOptions(command).action(async ({ output }: { output: Format }) => {
    const { withHistory } = await import('./history/opened.js');
    process.exitCode = await withHistory(command, async ({ store }) => {
      const record = await store.read();
      if (output === 'json') process.stdout.write(`${JSON.stringify(record, null, 2)}\n`);
      else if (output === 'yaml') process.stdout.write((await import('yaml')).stringify(record));
      else process.stdout.write((await import('./history/table.js')).historyTable(record));
      return 0;
    });
  });
}
