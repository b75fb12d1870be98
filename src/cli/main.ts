#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { demoCommand } from './demo.js';
import { diffCommand } from './diff.js';
import { runCommand } from './run.js';
import { version } from './version.js';

/** Wrong usage, as opposed to findings or a failure (1). */
const USAGE = 2;

// Whoever closes the pipe (`| head`) has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const program = new Command('silverback')
  .description('Keeps a fleet of DB-less Kong gateways on one validated declarative configuration.')
  .version(version(), '-V, --version', 'print the version')
  .showHelpAfterError('(silverback --help tells more)')
  .exitOverride()
  .addCommand(runCommand())
  .addCommand(diffCommand())
  .addCommand(demoCommand());

// Wrong usage of a command ends as wrong usage of the program does.
for (const command of program.commands) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : USAGE;
}
