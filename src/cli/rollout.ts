import { Command } from 'commander';
import type { Decision } from './history/decide.js';
import type * as decisionsModule from './history/decisions.js';
import type { HistoryRecord } from '../history/record.js';
import { addHistoryOptions, EXIT_CODES, WHERE } from './history-options.js';

type Decisions = typeof decisionsModule;

function subcommand(
  name: string,
  description: string,
  example: string,
  decision: (decisions: Decisions, record: HistoryRecord, written: string | undefined) => Decision,
): Command {
  const command = new Command(name)
    .description(description)
    .option('--reason <text>', 'why, for the audit')
    .addHelpText('after', `\nExamples:\n  $ silverback rollout ${example}\n${WHERE}\n\n${EXIT_CODES}\n`);
  if (name === 'abort')
    command.argument('[revision]', 'its first 8 digits or more; the one being rolled out');
  return addHistoryOptions(command).action(async (...given: readonly unknown[]) => {
    const [written] = given;
    const { decideOn } = await import('./history/decide.js');
    const decisions = await import('./history/decisions.js');
    process.exitCode = await decideOn(command, (record) =>
      decision(decisions, record, typeof written === 'string' ? written : undefined),
    );
  });
}

/** `silverback rollout pause|resume|abort`. */
export function rolloutCommand(): Command {
  return new Command('rollout')
    .description('Pause, resume or abort the rollout of a revision.')
    .addCommand(
      subcommand(
        'pause',
        'Begin no load of a new revision any more; gateways that come up empty still get last good.',
        'pause --reason "release freeze"',
        ({ pausing }) => pausing(),
      ),
    )
    .addCommand(subcommand('resume', 'Go on with what was paused.', 'resume', ({ resuming }) => resuming()))
    .addCommand(
      subcommand(
        'abort',
        'Withdraw the revision that is being rolled out; gateways that have it go back to last good.',
        'abort --reason "checkout fails"',
        ({ abortion }, record, written) => abortion(record, written),
      ),
    );
}
