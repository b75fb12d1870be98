#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { approveCommand } from './approve.js';
import { bootCommand } from './boot.js';
import { demoCommand } from './demo.js';
import { diffCommand } from './diff.js';
import { doctorCommand } from './doctor.js';
import { dumpCommand } from './dump.js';
import { explainCommand } from './explain.js';
import { historyCommand } from './history.js';
import { rollbackCommand } from './rollback.js';
import { rolloutCommand } from './rollout.js';
import { runCommand } from './run.js';
import { schemaCommand } from './schema.js';
import { statusCommand } from './status.js';
import { syncCommand } from './sync.js';
import { validateCommand } from './validate.js';
import { waitCommand } from './wait.js';
import { version } from './version.js';

/** Wrong usage, as opposed to findings or a failure (1). */
const USAGE = 2;

// Whoever closes the pipe (`| head`) has seen enough; the exit code is what it is by then.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}

const program = new Command('silverback')
  .description('Keeps a fleet of DB-less Kong gateways on one validated declarative configuration.')
  .version(version(), '-V, --version', 'print the version')
  .showHelpAfterError('(silverback --help tells more)')
  .exitOverride()
  .addCommand(runCommand())
  .addCommand(validateCommand())
  .addCommand(diffCommand())
  .addCommand(doctorCommand())
  .addCommand(dumpCommand())
  .addCommand(syncCommand())
  .addCommand(explainCommand())
  .addCommand(schemaCommand())
  .addCommand(statusCommand())
  .addCommand(waitCommand())
  .addCommand(historyCommand())
  .addCommand(approveCommand())
  .addCommand(rolloutCommand())
  .addCommand(rollbackCommand())
  .addCommand(bootCommand())
  .addCommand(demoCommand());
inheritSettings(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : USAGE;
}

/** A subcommand that was made on its own would leave with 1, its own way, when it is used wrongly. */
function inheritSettings(parent: Command): void {
  for (const command of parent.commands) inheritSettings(command.copyInheritedSettings(parent));
}
