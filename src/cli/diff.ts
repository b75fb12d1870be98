import { Argument, Command, Option } from 'commander';
import { CONNECTION } from './connection.js';
import type { DiffOptions } from './diff/compare.js';
import { addHistoryOptions } from './history-options.js';
import { addSettingOptions } from './setting-options.js';

const FORMATS = ['text', 'json', 'markdown'] as const satisfies readonly DiffOptions['format'][];

const HELP = `
Order, nesting, defaults, shorthands and ids that Kong derives are no difference; secrets are shown as changed only.
Of a gateway, GET /config is read, once: nothing is changed there. Kept revisions are those of silverback history.
Exit codes: 0 no difference, 1 differences, 2 wrong usage, or a configuration that is invalid or cannot be read.

Examples:
  $ silverback diff old.yaml new.yaml
  $ git show main:kong.yaml | silverback diff - kong.yaml
  $ silverback diff --format markdown main/kong/ kong/ > comment.md
  $ silverback diff http://kong-1:8001 kong.yaml           what a push would change for users
  $ silverback diff http://kong-1:8001 http://kong-2:8001  whether two gateways serve the same
  $ silverback diff @lastgood kong.yaml --history-secret silverback-history -n kong    against last good
  $ silverback diff @3f2a91c0 @lastgood --data-dir /var/lib/silverback                 two revisions that are kept
`;

const FAILED = 2;

const SIDE =
  'a file, a folder, - for the standard input, the Admin API URL of a gateway, or @ and a kept revision (@lastgood)';

/** `silverback diff OLD NEW`. Exit codes: see the help. */
export function diffCommand(): Command {
  const command = new Command('diff')
    .description('Compare two configurations as Kong sees them, entity by entity and field by field.')
    .addArgument(new Argument('<old>', SIDE))
    .addArgument(new Argument('<new>', SIDE))
    .addOption(new Option('--format <format>', 'how to print it').choices(FORMATS).default('text'))
    .option('--deck', "read decK's dialect, on both sides", false)
    .addHelpText('after', HELP);
  return addHistoryOptions(addSettingOptions(command, CONNECTION)).action(
    async (old: string, now: string, options: DiffOptions) => {
      if (old === '-' && now === '-')
        command.error('error: only one of the two can be - (the standard input)', { exitCode: FAILED });
      // What compares knows all of Kong's schemas; the other commands need not wait for them.
      const { compare } = await import('./diff/compare.js');
      process.exitCode = await compare([old, now], command, options);
    },
  );
}
