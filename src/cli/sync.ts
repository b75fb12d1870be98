import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { fleetProblems } from '../settings/contradictions.js';
import { readSettings } from '../settings/read.js';
import type { Raw } from '../settings/read.js';
import type { SettingName } from '../settings/table.js';
import { parseDuration } from '../settings/values.js';
import { CONNECTION } from './connection.js';
import { addSettingOptions, givenSettings } from './setting-options.js';

const HELP = `
The paths are one configuration, as for \`silverback validate\`. It is validated; what the gateways serve is compared with it; then it goes
out as \`silverback run\` would bring it: to one gateway of each kind first, then to the others, a few at a time, until each shows its hash.
A gateway that has it already gets nothing. One that is dead, hangs or rejects it delays no other.

Nothing is pushed where that would empty a gateway or take more than --max-shrink of it (--allow-removal: that is meant), or where what a
gateway serves cannot be read (--adopt: replace it unseen), or where a controller holds the Lease (--force: push nevertheless).
Gateways that cannot be reached are given up once all others have it; --kong-admin-retries and --timeout say when.

Ctrl-C begins no more pushes, waits for those that were sent, and says where each gateway stands; a second one leaves at once.

Exit codes: 0 every gateway serves it (--dry-run: could be told what would change), 1 findings, held, or not every one,
2 wrong usage, 130 and 143 stopped by SIGINT and SIGTERM.

Examples:
  $ silverback sync kong.yaml --kong-admin-url http://kong-1:8001 --kong-admin-url http://kong-2:8001
  $ silverback sync kong/ --kong-admin-svc kong/kong-admin --dry-run -v        what would change, field by field
  $ kustomize build . | silverback sync - --kong-admin-svc kong/kong-admin --timeout 2m -o json
`;

const SYNC_SETTINGS: readonly SettingName[] = [
  'kong-admin-svc',
  'kong-admin-svc-port-names',
  'kong-admin-url',
  'kong-admin-concurrency',
  'kong-admin-retries',
  'proxy-timeout-seconds',
  'gateway-discovery-readiness-check-timeout',
  ...CONNECTION,
  'schema-dir',
  'max-shrink',
  'canary',
  'canary-hold',
  'canary-smoke-url',
  'canary-smoke-status',
  'canary-smoke-header',
  'election-id',
  'election-namespace',
  'shutdown-grace',
  'kubeconfig',
];

export interface SyncOptions {
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly verbose: boolean;
  readonly output: 'text' | 'json';
  /** For the whole (ms). */
  readonly timeout: number;
}

/** Switches of the settings that take no value here: a path may follow. */
interface Switches {
  readonly deck?: true;
  readonly allowRemoval?: true;
  readonly adopt?: true;
}

/** `silverback sync`: one shot to a fleet. */
export function syncCommand(): Command {
  const command = new Command('sync')
    .description('Validate a configuration and bring a fleet of gateways to it, once.')
    .addArgument(
      new Argument(
        '<paths...>',
        'files, folders (the .yaml, .yml and .json files right in them), or - for standard input',
      ),
    )
    .option('--dry-run', 'say what would change at each gateway, and push nothing', false)
    .option('-v, --verbose', 'with --dry-run every change; else every step', false)
    .addOption(
      new Option('-o, --output <format>', 'how the outcome is written')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addOption(
      new Option('--timeout <duration>', 'for the whole, e.g. 90s or 5m')
        .argParser(positiveDuration)
        .default(300_000, '5m'),
    )
    .option('--deck', "read decK's dialect, its placeholders from the environment's DECK_ variables")
    .option('--allow-removal', 'push what empties gateways, or takes more than --max-shrink off them')
    .option('--adopt', 'replace also what a gateway serves and cannot be read')
    .option('--force', 'push although a controller holds the Lease', false)
    .addHelpText('after', HELP);
  return addSettingOptions(command, SYNC_SETTINGS).action(
    async (paths: readonly string[], options: SyncOptions & Switches) => {
      const { values, problems } = readSettings({ ...givenSettings(command), ...raw(options) }, process.env);
      const wrong = [...problems, ...fleetProblems(values)];
      if (wrong.length > 0) {
        for (const { setting, problem } of wrong) process.stderr.write(`error: ${setting} ${problem}\n`);
        process.stderr.write('(silverback sync --help tells more)\n');
        process.exitCode = 2;
        return;
      }
      const { sync } = await import('./sync/sync.js');
      const code = await sync(paths, values, options);
      // A fleet remembers for minutes what it left at an address: nobody comes back to it here.
      process.stdout.write('', () => process.exit(code));
    },
  );
}

function raw({ deck, allowRemoval, adopt }: Switches): Raw {
  return {
    ...(deck && { deck: ['true'] }),
    ...(allowRemoval && { 'allow-removal': ['true'] }),
    ...(adopt && { adopt: ['true'] }),
  };
}

function positiveDuration(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new InvalidArgumentError(parsed.problem);
  if (parsed.value <= 0) throw new InvalidArgumentError('must be more than nothing');
  return parsed.value;
}
