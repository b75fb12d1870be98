import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { shortId } from '../../src/config/revision.js';
import { BROKEN_SECRETS, leaksIn, secretConfig, SECRETS } from '../support/planted-secrets.js';
import { addressOf, createTroop, MAIN } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(240_000);

/** Of these there is nothing to see: `run` has a test of its own, and the demo brings its own configuration. */
const ELSEWHERE = ['run', 'demo', 'help'];

let troop: Troop;
let url = '';
let gateway: string[] = [];
let data: string[] = [];
let diagnostics: string[] = [];
const file = (name: string): string => join(troop.folder, name);

beforeAll(async () => {
  troop = await createTroop({ gateways: 2 });
  const { world, folder } = troop;
  data = ['--data-dir', folder];
  for (const mark of ['one', 'two']) await writeFile(file(`${mark}.yaml`), secretConfig(mark));
  await writeFile(file('broken.yaml'), BROKEN_SECRETS);
  await writeFile(file('live.yaml'), secretConfig('one'));
  const urls = world.pods().flatMap(({ kong }) => ['--kong-admin-url', kong.adminUrl]);
  const replica = troop.start(
    [
      ...[
        ...urls,
        ...data,
        '--config-file',
        file('live.yaml'),
        '--canary-hold',
        '50ms',
        '--debounce',
        '20ms',
      ],
      ...['--health-probe-bind-address', '127.0.0.1:0', '--metrics-bind-address', '127.0.0.1:0'],
      ...[
        '--diagnostics-bind-address',
        '127.0.0.1:0',
        '--kong-admin-header',
        `X-Proxy-Auth:${SECRETS.header}`,
      ],
    ],
    { CONTROLLER_KONG_ADMIN_TOKEN: SECRETS.token, CONTROLLER_DIAGNOSTICS_TOKEN: SECRETS.diagnostics },
  );
  await troop.until('the first revision to be kept', () => troop.said('rollout-succeeded').length > 0);
  await writeFile(file('live.yaml'), secretConfig('two'));
  await troop.until('the second revision to be kept', () => troop.said('rollout-succeeded').length > 1);
  url = addressOf(replica, 'dashboard');
  gateway = ['--kong-admin-url', world.pods()[0]!.kong.adminUrl];
  diagnostics = ['--url', url, '--token', SECRETS.diagnostics];
});
afterAll(() => troop.close());

async function silverback(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: troop.folder,
    env: {
      PATH: process.env['PATH'],
      CONTROLLER_KONG_ADMIN_TOKEN: SECRETS.token,
      CONTROLLER_KONG_ADMIN_HEADER: `X-Proxy-Auth:${SECRETS.header}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return `$ silverback ${args[0]}\n${out}${err}`;
}

/** Each command in the forms in which it says most; `approve` and its like come last, because they change what the others show. */
function invocations(kept: string): string[][] {
  const formats = ['text', 'json', 'github'];
  return [
    ...formats.flatMap((format) => [
      ['validate', '--format', format, file('broken.yaml')],
      ['validate', '--format', format, file('two.yaml')],
    ]),
    ...['text', 'json', 'markdown'].map((format) => [
      'diff',
      '--format',
      format,
      file('one.yaml'),
      file('two.yaml'),
    ]),
    ['diff', file('broken.yaml'), file('two.yaml')],
    ['diff', ...gateway, file('one.yaml')],
    ['diff', '@lastgood', file('one.yaml'), ...data],
    ['dump', ...gateway],
    ['sync', file('one.yaml'), '--dry-run', '-v', ...gateway],
    ['sync', file('one.yaml'), '--dry-run', '-o', 'json', ...gateway],
    ['sync', file('broken.yaml'), ...gateway],
    ['explain', 'shop.test', '/shop', '--config', file('two.yaml')],
    ['explain', 'shop.test', '/shop', '--config', file('two.yaml'), '-o', 'json', ...gateway],
    ['doctor', '--config-file', file('two.yaml'), ...data, ...gateway],
    ['doctor', '--config-file', file('broken.yaml'), '-o', 'json', ...data, ...gateway],
    ['schema', 'pull', file('schemas'), ...gateway],
    ...['table', 'json', 'yaml'].map((format) => [
      'status',
      ...diagnostics,
      ...(format === 'table' ? [] : ['-o', format]),
    ]),
    ['wait', '--timeout', '5s', ...diagnostics],
    ['wait', '--timeout', '1s', '--revision', kept, ...diagnostics],
    ['history', ...data],
    ['boot', '--out', file('boot.yml'), ...data],
    ['rollout', 'pause', ...data],
    ['approve', kept, ...data],
    ['rollback', kept, ...data],
    ['rollout', 'resume', ...data],
  ];
}

test('no planted secret appears in what any command says', async () => {
  const [first] = troop.said('rollout-succeeded');
  const texts: string[] = [];
  for (const args of invocations(shortId(String(first!.fields['revision']))))
    texts.push(await silverback(...args));
  expect(leaksIn(texts)).toEqual([]);
  // Each did its work, or there would be nothing to leak.
  const said = texts.join('\n');
  for (const word of ['shop', 'redacted', '/shop', 'not a mapping', 'http-log', '2 of 2'])
    expect(`${word}: ${said.includes(word)}`).toBe(`${word}: true`);
});

test('no command is left out', async () => {
  const help = await silverback('--help');
  const commands = [...help.slice(help.indexOf('Commands:')).matchAll(/^ {2}([a-z]+)\b/gm)].map(
    ([, name]) => name,
  );
  const tried = new Set([...invocations('').map(([name]) => name), ...ELSEWHERE]);
  expect(commands.length).toBeGreaterThan(14);
  expect(commands.filter((name) => !tried.has(name))).toEqual([]);
});
