import { Argument, Command, Option } from 'commander';
import type { DiffOptions } from './diff/compare.js';

const FORMATS = ['text', 'json', 'markdown'] as const satisfies readonly DiffOptions['format'][];

const HELP = `
Order, nesting, defaults, shorthands and ids that Kong derives are no difference; secrets are shown as changed only.
Exit codes: 0 no difference, 1 differences, 2 wrong usage, or a configuration that is invalid or cannot be read.

Examples:
  $ silverback diff old.yaml new.yaml
  $ git show main:kong.yaml | silverback diff - kong.yaml
  $ silverback diff --format markdown main/kong/ kong/ > comment.md
`;

const FAILED = 2;

/** `silverback diff OLD NEW`. Exit codes: see the help. */
export function diffCommand(): Command {
  return new Command('diff')
    .description('Compare two configurations as Kong sees them, entity by entity and field by field.')
    .addArgument(new Argument('<old>', 'a file, a folder, or - for the standard input'))
    .addArgument(new Argument('<new>', 'a file, a folder, or - for the standard input'))
    .addOption(new Option('--format <format>', 'how to print it').choices(FORMATS).default('text'))
    .option('--deck', "read decK's dialect, on both sides", false)
    .addHelpText('after', HELP)
    .action(async (old: string, now: string, options: DiffOptions, command: Command) => {
      if (old === '-' && now === '-')
        command.error('error: only one of the two can be - (the standard input)', { exitCode: FAILED });
      // What compares knows all of Kong's schemas; the other commands need not wait for them.
      const { compare } = await import('./diff/compare.js');
      process.exitCode = await compare(old, now, options);
    });
}
