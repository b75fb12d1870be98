import { Command } from 'commander';
import { addHistoryOptions, EXIT_CODES, WHERE } from './history-options.js';

const EXAMPLES = `
Without a revision it goes back to last good during a rollout, and else to the revision before last good. What is left is
withdrawn: the sources may stay as they are, and their next edit goes ahead.

Examples:
  $ silverback rollback --reason "checkout fails"
  $ silverback rollback 3f2a91c0
${WHERE}

${EXIT_CODES}
`;

/** `silverback rollback`: every gateway back to a revision that is kept. */
export function rollbackCommand(): Command {
  const command = new Command('rollback')
    .description('Bring every gateway back to a revision that is kept.')
    .argument('[revision]', 'its first 8 digits or more, as silverback history shows them')
    .option('--reason <text>', 'why, for the audit')
    .addHelpText('after', EXAMPLES);
  return addHistoryOptions(command).action(async (written: string | undefined) => {
    const { decideOn } = await import('./history/decide.js');
    const { goingBack } = await import('./history/decisions.js');
    process.exitCode = await decideOn(command, (record) => goingBack(record, written));
  });
}
