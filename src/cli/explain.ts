import { Command, Option } from 'commander';
import { readSettings } from '../settings/read.js';
import type { SettingName } from '../settings/table.js';
import { CONNECTION } from './connection.js';
import { addSettingOptions, givenSettings } from './setting-options.js';

const HELP = `
The configuration is that of --config, of --revision (a kept one), or what the first --kong-admin-url serves. With --kong-admin-url or
--kong-admin-svc, every gateway is asked which configuration it serves (GET /status), and told of if it is another.
Routes are ranked as Kong 3.9's default router (traditional_compatible) does it; what cannot be told is said to be so (docs/explain.md).
Exit codes: 0 a route takes the request, and every gateway asked serves this; 1 not so, or it cannot be told; 2 wrong usage.

Examples:
  $ silverback explain shop.example.com /catalogue/42 --config kong/
  $ silverback explain shop.example.com /cart POST --config kong.yaml --header 'x-version: 2' --consumer alice
  $ silverback explain shop.example.com /cart --config kong.yaml --kong-admin-svc kong/kong-admin   and which gateways disagree
  $ silverback explain shop.example.com /cart --kong-admin-url http://kong-1:8001                    what a gateway does now
  $ silverback explain shop.example.com /cart --revision 3f2a91c0 --history-secret silverback-history
`;

interface Options {
  readonly config: readonly string[];
  readonly revision?: string;
  readonly header: readonly string[];
  readonly protocol: 'http' | 'https';
  readonly sni?: string;
  readonly consumer?: string;
  readonly output: 'text' | 'json';
}

const WHERE: readonly SettingName[] = [
  'kong-admin-url',
  'kong-admin-svc',
  'kong-admin-svc-port-names',
  ...CONNECTION,
  'deck',
  'schema-dir',
  'history-secret',
  'history-namespace',
  'data-dir',
  'kubeconfig',
];

const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value];

/** `silverback explain HOST PATH [METHOD]`. Exit codes: see the help. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description(
      'Tell which route takes a request, where it goes, and which plugins run, each with file and line.',
    )
    .argument('<host>', 'the Host header, with a port if it has one')
    .argument('<path>', 'the path, as a client sends it')
    .argument('[method]', 'the method', 'GET')
    .option('--config <path>', 'a file, a folder, or - for the standard input; may be repeated', collect, [])
    .option('--revision <id>', 'a kept revision, by its first 8 digits or more')
    .option('--header <name:value>', 'a header of the request; may be repeated', collect, [])
    .addOption(
      new Option('--protocol <protocol>', 'how the client asks').choices(['http', 'https']).default('https'),
    )
    .option('--sni <name>', "the server name of the client's TLS; the host unless given")
    .option('--consumer <name>', 'who is authenticated: username, custom_id or id')
    .addOption(
      new Option('-o, --output <format>', 'how it is written').choices(['text', 'json']).default('text'),
    )
    .addHelpText('after', HELP);
  return addSettingOptions(command, WHERE).action(async (host: string, path: string, method: string) => {
    process.exitCode = await run(command, host, path, method);
  });
}

async function run(command: Command, host: string, path: string, method: string): Promise<number> {
  const options = command.opts<Options>();
  const { values, problems } = readSettings(givenSettings(command), process.env);
  const headers = headersOf(options.header);
  const wrong =
    problems.map(({ setting, problem }) => `${setting} ${problem}`)[0] ??
    (headers === undefined ? '--header must be name:value' : undefined) ??
    wrongRequest(host, path, method) ??
    wrongSource(options, values['kong-admin-url']);
  if (wrong !== undefined || headers === undefined) {
    process.stderr.write(`error: ${wrong ?? ''}\n(silverback explain --help tells more)\n`);
    return 2;
  }
  const { config: paths, revision, protocol, sni, consumer, output } = options;
  const asked = { scheme: protocol, method: method.toUpperCase(), host, path, headers, sni };
  // What explains knows all of Kong's schemas; the other commands need not wait for them.
  const { explain } = await import('./explain/run.js');
  const { isWrongUsage, openNamedHistory, wordsFor } = await import('./history/opened.js');
  try {
    const opened = revision === undefined ? undefined : await openNamedHistory(command);
    try {
      const history = opened === undefined || revision === undefined ? undefined : { opened, revision };
      return await explain({ asked, consumer, paths, history, values, output });
    } finally {
      await opened?.cluster?.close();
    }
  } catch (error) {
    process.stderr.write(`error: ${wordsFor(error)}\n`);
    return isWrongUsage(error) ? 2 : 1;
  }
}

function wrongRequest(host: string, path: string, method: string): string | undefined {
  if (!/^[^\s/?#@]+$/.test(host))
    return 'the host must be a name, with a port if it has one: shop.example.com';
  if (!path.startsWith('/')) return 'the path must begin with /';
  return /^[A-Za-z]+$/.test(method) ? undefined : 'the method must be a word such as GET';
}

function wrongSource({ config, revision }: Options, urls: readonly string[]): string | undefined {
  if (config.length > 0 && revision !== undefined) return '--config and --revision: one of them, please';
  if (config.length > 0 || revision !== undefined || urls.length > 0) return undefined;
  return 'which configuration? Give --config, --revision, or --kong-admin-url';
}

function headersOf(given: readonly string[]): Map<string, readonly string[]> | undefined {
  const headers = new Map<string, readonly string[]>();
  for (const text of given) {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[\t ]*:(.*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) return undefined;
    const key = name.toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), value.trim()]);
  }
  return headers;
}
