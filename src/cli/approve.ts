import { Command } from 'commander';
import { addHistoryOptions, EXIT_CODES, WHERE } from './history-options.js';

const EXAMPLES = `
Examples:
  $ silverback approve 3f2a91c0 --reason "the old API is gone for good"
${WHERE}

${EXIT_CODES}
`;

/** `silverback approve`: a revision that is held, or was withdrawn, may go ahead. */
export function approveCommand(): Command {
  const command = new Command('approve')
    .description('Let a revision go ahead that is held, or was withdrawn.')
    .argument('<revision>', 'its first 8 digits or more, as silverback history shows them')
    .option('--reason <text>', 'why, for the audit')
    .addHelpText('after', EXAMPLES);
  return addHistoryOptions(command).action(async (written: string) => {
    const { decideOn } = await import('./history/decide.js');
    const { approval } = await import('./history/decisions.js');
    process.exitCode = await decideOn(command, (record) => approval(record, written));
  });
}
