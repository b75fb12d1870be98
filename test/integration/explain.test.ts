import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startKongEmulator } from '../../src/emulator/kong/kong-emulator.js';
import type { KongEmulator } from '../../src/emulator/kong/kong-emulator.js';
import { systemClock } from '../../src/clock/clock.js';
import { SEALING_VERSION } from '../../src/config/seal/seal.js';
import { openFolderHistory } from '../../src/history/folder-history.js';
import { validateDeclarativeConfig } from '../../src/config/validate-declarative-config.js';
import { MAIN } from '../support/troop.js';

jest.setTimeout(60_000);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const SHOP = `_format_version: "3.0"
services:
  - name: catalogue
    url: http://catalogue.internal:8080/v2
    routes:
      - name: catalogue
        hosts: [shop.example.com]
        paths: [/catalogue]
        plugins:
          - name: rate-limiting
            config: {minute: 5}
      - name: catalogue-post
        hosts: [shop.example.com]
        paths: [/catalogue]
        methods: [POST]
  - name: hostile
    host: h
    routes:
      - name: hostile
        paths: ["~/(a+)+$"]
consumers:
  - username: alice
    keyauth_credentials: [{key: planted-key}]
    plugins:
      - name: rate-limiting
        config: {minute: 500}
plugins:
  - name: cors
  - name: key-auth
  - name: rate-limiting
    config: {minute: 100}
  - name: request-transformer
    config: {add: {headers: ["authorization:planted-header"]}}
`;

let folder = '';
const kongs: KongEmulator[] = [];
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'silverback-explain-'));
  writeFileSync(at('kong.yaml'), SHOP);
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  const asked = kongs.flatMap(({ requests }) => requests.map(({ method }) => method));
  expect(new Set([...asked, 'GET'])).toEqual(new Set(['GET']));
  await Promise.all(kongs.splice(0).map((kong) => kong.stop()));
});

function explain(args: readonly string[], stdin = ''): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, 'explain', ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.end(stdin);
  });
}

async function kongWith(bytes: string | Uint8Array | undefined, options: object = {}): Promise<KongEmulator> {
  const file = bytes === undefined ? {} : { declarativeConfig: Buffer.from(bytes) };
  const kong = await startKongEmulator({ ...file, ...options });
  kongs.push(kong);
  return kong;
}

/** What a gateway holds after a push of these files. */
function sealed(text: string): Uint8Array {
  const { revision } = validateDeclarativeConfig([{ file: 'kong.yaml', text }], {
    deck: false,
    env: {},
    allowEmpty: false,
  });
  if (revision === undefined) throw new Error('the configuration is not valid');
  return revision.bytes;
}

const FILES = (): string[] => ['--config', at('kong.yaml')];

describe('silverback explain', () => {
  test('tells route, service, path and plugins in order, each with its line', async () => {
    const { code, stdout, stderr } = await explain(['shop.example.com', '/catalogue/42?q=1', ...FILES()]);
    expect([code, stderr]).toEqual([0, '']);
    const file = at('kong.yaml');
    expect(stdout).toContain(
      `Route\n  route 'catalogue'  (${file}:6)\n  matches by host shop.example.com, path /catalogue\n`,
    );
    expect(stdout).toContain(
      `service 'catalogue'  (${file}:3)\n  sends to http://catalogue.internal:8080/v2/42\n`,
    );
    expect(stdout).toContain('/catalogue is stripped (strip_path); Host: catalogue.internal:8080');
    const plugins = [...stdout.matchAll(/^ +(\d+) {2}([\w-]+), (\w+)/gm)].map(([, ...parts]) =>
      parts.join(' '),
    );
    expect(plugins).toEqual([
      '2000 cors global',
      '1250 key-auth global',
      '910 rate-limiting route',
      '801 request-transformer global',
    ]);
    expect(stdout).toContain(`instead of the one  (${file}:30)`);
    expect(stdout).toContain("rate-limiting for consumer 'alice'");
    expect(stdout).toContain(`route 'catalogue-post'  (${file}:12): its methods are POST, not GET`);
  });

  test('has all of it as data', async () => {
    const args = ['shop.example.com', '/catalogue', 'post', ...FILES(), '--consumer', 'alice', '-o', 'json'];
    const { code, stdout } = await explain(args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      request: { scheme: 'https', method: 'POST', host: 'shop.example.com', path: '/catalogue' },
      route: { label: "route 'catalogue-post'", line: 12 },
      outranked: [{ label: "route 'catalogue'", why: expect.stringContaining('it matches by 3 of') }],
      forConsumers: [],
    });
    const { plugins } = JSON.parse(stdout) as { plugins: { name: string; scope: string }[] };
    expect(plugins.find(({ name }) => name === 'rate-limiting')?.scope).toBe('consumer');
  });

  test('exits 1 where no route matches, and where it cannot tell, without ever hanging', async () => {
    const none = await explain(['other.example.com', '/catalogue', ...FILES()]);
    expect([none.code, none.stdout]).toEqual([1, expect.stringContaining('Kong answers 404')]);
    const hostile = await explain(['x', `/${'a'.repeat(60)}b`, ...FILES()]);
    expect([hostile.code, hostile.stdout]).toEqual([1, expect.stringContaining("route 'hostile'")]);
    expect(hostile.stdout).toContain('It cannot be told whether these match');
    expect(hostile.stdout).not.toContain('404');
  });

  test('says which gateways serve another configuration', async () => {
    const same = await kongWith(sealed(SHOP));
    const other = await kongWith(sealed(SHOP.replace('minute: 5}', 'minute: 6}')));
    const empty = await kongWith(undefined);
    const urls = [same, other, empty].flatMap(({ adminUrl }) => ['--kong-admin-url', adminUrl]);
    const { code, stdout } = await explain(['shop.example.com', '/catalogue', ...FILES(), ...urls]);
    expect(code).toBe(1);
    expect(stdout).toContain('1 of 3 serve this configuration');
    expect(stdout).toContain(
      `${new URL(other.adminUrl).host} serves ${other.hash().slice(0, 8)}, another configuration`,
    );
    expect(stdout).toContain(`${new URL(empty.adminUrl).host} serves nothing, another configuration`);
    const one = await explain([
      'shop.example.com',
      '/catalogue',
      ...FILES(),
      '--kong-admin-url',
      same.adminUrl,
    ]);
    expect(one.code).toBe(0);
  });

  test('explains what a gateway serves, and takes the order of plugins from it', async () => {
    const kong = await kongWith(sealed(SHOP), { configuration: { router_flavor: 'expressions' } });
    const { code, stdout } = await explain([
      'shop.example.com',
      '/catalogue',
      '--kong-admin-url',
      kong.adminUrl,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain(`by what ${kong.adminUrl} serves (${kong.hash().slice(0, 8)})`);
    expect(stdout).toContain("route 'catalogue'");
    expect(stdout).toContain('router_flavor is expressions');
    expect(stdout).toContain('1 of 1 serve this configuration');
  });

  test('explains a kept revision', async () => {
    const bytes = sealed(SHOP);
    const id = createHash('md5').update(bytes).digest('hex');
    const dir = mkdtempSync(at('history-'));
    const store = openFolderHistory({ clock: systemClock, random: Math.random, dir, revisionHistory: 5 });
    const provenance = { sources: [], sourcesDigest: id, sealing: SEALING_VERSION };
    await store.keep({ id, bytes, counts: {} }, provenance, 1);
    const kept = ['--revision', id.slice(0, 8), '--data-dir', dir];
    const { code, stdout, stderr } = await explain(['shop.example.com', '/catalogue', ...kept]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`by revision ${id.slice(0, 8)}\n`);
    expect(stdout).toContain("route 'catalogue'");
    const unknown = await explain(['a', '/b', '--revision', '00000000', '--data-dir', dir]);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('no revision begins with')]);
  });

  test.each<[string[], string]>([
    [[], "missing required argument 'host'"],
    [['a', '/b'], 'which configuration?'],
    [['a', 'b', '--config', 'x'], 'the path must begin with /'],
    [['http://a/', '/b', '--config', 'x'], 'the host must be a name'],
    [['a', '/b', '--config', 'x', '--revision', 'y'], 'one of them'],
    [['a', '/b', '--config', 'x', '--header', 'novalue'], '--header must be name:value'],
    [['a', '/b', '--revision', 'zzz', '--data-dir', '/tmp'], 'is no revision'],
  ])('exits 2 for %j', async (args, words) => {
    const { code, stdout, stderr } = await explain(args);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(words)]);
  });

  test('exits 1 with the findings of what is invalid, and for a consumer that is not there', async () => {
    const bad = await explain(
      ['a', '/b', '--config', '-'],
      '_format_version: "3.0"\nservices: [{name: s}]\n',
    );
    expect([bad.code, bad.stderr]).toEqual([1, expect.stringContaining('<stdin>:2:')]);
    const stranger = await explain(['shop.example.com', '/catalogue', ...FILES(), '--consumer', 'bob']);
    expect([stranger.code, stranger.stderr]).toEqual([
      1,
      expect.stringContaining("there is no consumer 'bob'"),
    ]);
  });

  test('prints no secret', async () => {
    const kong = await kongWith(sealed(SHOP), {
      requireToken: { header: 'Kong-Admin-Token', value: 'planted-token' },
    });
    const gateway = ['--kong-admin-url', kong.adminUrl, '--kong-admin-token', 'planted-token'];
    const asked = ['shop.example.com', '/catalogue', '--header', 'authorization: planted-request'];
    const runs = await Promise.all([
      explain([...asked, ...FILES()]),
      explain([...asked, ...FILES(), '-o', 'json', ...gateway]),
      explain([...asked, ...gateway, '-o', 'json']),
      explain([...asked, ...FILES(), ...gateway.with(-1, 'planted-wrong')]),
    ]);
    const output = runs.map(({ stdout, stderr }) => stdout + stderr).join('\n');
    expect(output).toContain('does not say what it serves');
    expect(output.match(/planted-\w+/g)).toBeNull();
  });
});
