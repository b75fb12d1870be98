import { Command } from 'commander';
import { contradictions } from '../settings/contradictions.js';
import { readSettings, unknownVariables } from '../settings/read.js';
import type { Problem } from '../settings/read.js';
import { addSettingOptions, givenSettings } from './setting-options.js';
import { version } from './version.js';

const EXAMPLES = `
Examples:
  In a cluster, two or more replicas (docs/settings.md has every setting and its environment variable):
    $ silverback run --kong-admin-svc kong/kong-admin --config-selector silverback.dev/config=true

  Without Kubernetes:
    $ silverback run --kong-admin-url http://kong-1:8001 --kong-admin-url http://kong-2:8001 --config-file kong.yaml

  Say what would be pushed, and push nothing:
    $ silverback run --observe --kong-admin-url http://localhost:8001 --config-dir ./config
`;

/** All that is wrong with the settings, at once; nothing has been started. */
function tellProblems(problems: readonly Problem[]): void {
  process.stderr.write('silverback cannot start with these settings:\n');
  for (const { setting, problem } of problems) {
    process.stderr.write(`  ${setting} ${problem}\n`);
  }
  process.stderr.write('silverback run --help tells what each setting means.\n');
}

/** `silverback run`: the controller. Exit codes: 0 stopped by a signal, 1 it could not go on, 2 wrong settings. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('Keep every gateway on the configuration, until stopped.')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command).action(async () => {
    const { values, problems } = readSettings(givenSettings(command), process.env);
    const all = [...problems, ...contradictions(values)];
    if (all.length > 0) {
      tellProblems(all);
      process.exitCode = 2;
      return;
    }
    const doubts = unknownVariables(process.env).map(
      (name) => `the environment variable ${name} names no setting; is it misspelt?`,
    );
    const { run } = await import('../controller/run.js');
    // Everything has been closed by now; nothing that lingers may keep a stopped replica alive.
    process.exit(await run(values, { version: version(), env: process.env, doubts }));
  });
}
