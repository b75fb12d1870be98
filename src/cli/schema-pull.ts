import { Command } from 'commander';
import { sleep, systemClock } from '../clock/clock.js';
import { ENTITIES } from '../config/schema/generated/facts.js';
import { openAdminApi } from '../controller/admin.js';
import { pullSchemas } from '../gateway/schemas.js';
import { oneLine } from '../report/one-line.js';
import { words } from '../report/line.js';
import { connectionProblems } from '../settings/contradictions.js';
import { readSettings } from '../settings/read.js';
import type { Values } from '../settings/read.js';
import type { SettingName } from '../settings/table.js';
import { objectionTo, schemaFolder, writeFolder } from './schema-folder.js';
import { addSettingOptions, givenSettings } from './setting-options.js';
import { version } from './version.js';

/** The settings of `silverback run` that say how a gateway is reached. */
const CONNECTION: readonly SettingName[] = [
  'kong-admin-url',
  'kong-admin-token',
  'kong-admin-token-file',
  'kong-admin-header',
  'kong-workspace',
  'kong-admin-tls-skip-verify',
  'kong-admin-tls-server-name',
  'kong-admin-ca-cert',
  'kong-admin-ca-cert-file',
  'kong-admin-tls-client-cert',
  'kong-admin-tls-client-cert-file',
  'kong-admin-tls-client-key',
  'kong-admin-tls-client-key-file',
];

const EXAMPLES = `
Example:
  $ silverback schema pull --kong-admin-url http://localhost:8001 -o schemas
  $ silverback run --schema-dir schemas ...

The folder is written whole or not at all; schemas pulled earlier are replaced.
Exit codes: 0 written, 1 not written, 2 wrong usage.
`;

/** How long one answer may take (ms). */
const TIMEOUT_MS = 15_000;

async function withDeadline<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const [deadline, done] = [new AbortController(), new AbortController()];
  void sleep(systemClock, TIMEOUT_MS, done.signal).then(() => deadline.abort('timeout'));
  try {
    return await request(deadline.signal);
  } finally {
    done.abort();
  }
}

/** @throws Error in words for whoever pulls */
async function pull(values: Values, folder: string): Promise<string> {
  const objection = await objectionTo(folder);
  if (objection !== undefined) throw new Error(`${folder} is not written: ${objection}`);
  const url = (values['kong-admin-url'][0] ?? '').replace(/\/+$/, '');
  const serverName = values['kong-admin-tls-server-name'];
  const gateway = { key: url, name: url, url, ...(serverName !== undefined && { serverName }) };
  const ports = { clock: systemClock, random: Math.random, report: () => undefined };
  const userAgent = `silverback/${version()}`;
  const { admin, close } = await openAdminApi(
    values,
    ports,
    () => userAgent,
    () => undefined,
  );
  try {
    const pulled = await pullSchemas(admin, gateway, Object.keys(ENTITIES), withDeadline);
    if ('trouble' in pulled) throw new Error(`${url}: ${words(pulled.trouble)}`);
    const { files, unusable } = schemaFolder(pulled, systemClock.wall());
    await writeFolder(folder, files);
    const { info, plugins, entities, without } = pulled;
    const doubts = [...without.map((name) => `the plugin ${name} shows no schema`), ...unusable];
    return [
      `${folder}: schemas of ${plugins.size} plugins and ${entities.size} entities of Kong ${oneLine(info.version)}`,
      ...doubts.map((doubt) => `not checked: ${oneLine(doubt)}`),
    ].join('\n');
  } finally {
    await close();
  }
}

export function schemaPullCommand(): Command {
  const command = new Command('pull')
    .exitOverride()
    .description('Write the schemas of a live gateway, custom plugins included, into a folder.')
    .requiredOption('-o, --output <folder>', 'folder to write')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, CONNECTION).action(async ({ output }: { output: string }) => {
    const { values, problems } = readSettings(givenSettings(command), process.env);
    const all = [...problems, ...connectionProblems(values)];
    if (all.length > 0) {
      for (const { setting, problem } of all) process.stderr.write(`error: ${setting} ${problem}\n`);
      process.exitCode = 2;
      return;
    }
    try {
      process.stdout.write(`${await pull(values, output)}\n`);
    } catch (error) {
      process.stderr.write(`error: ${oneLine(error instanceof Error ? error.message : String(error))}\n`);
      process.exitCode = 1;
    }
  });
}
