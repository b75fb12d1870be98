import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startKongEmulator } from '../../src/emulator/kong/kong-emulator.js';
import type { KongEmulator } from '../../src/emulator/kong/kong-emulator.js';
import type { KongEmulatorOptions } from '../../src/emulator/kong/server/options.js';
import { configOf, createTroop, MAIN } from '../support/troop.js';

jest.setTimeout(120_000);

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
}

let folder = '';
let kongs: KongEmulator[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverback-sync-'));
});
afterEach(async () => {
  await Promise.all(kongs.map((kong) => kong.stop()));
  kongs = [];
  await rm(folder, { recursive: true });
});

async function gateway(options: KongEmulatorOptions = {}): Promise<KongEmulator> {
  const kong = await startKongEmulator(options);
  kongs.push(kong);
  return kong;
}

function start(args: readonly string[], input = ''): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
    stdio: 'pipe',
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const ended = Promise.all([text(child.stdout), text(child.stderr), exited]).then(([out, err, code]) => ({
    out,
    err,
    code,
  }));
  return { child, ended };
}

const urls = (): string[] => kongs.flatMap(({ adminUrl }) => ['--kong-admin-url', adminUrl]);
/** The configuration is the standard input. */
const sync = (config: string, ...args: readonly string[]): Promise<Ran> =>
  start(['sync', '-', '--canary-hold', '50ms', ...urls(), ...args], config).ended;
const dump = (kong: KongEmulator, ...args: readonly string[]): Promise<Ran> =>
  start(['dump', '--kong-admin-url', kong.adminUrl, ...args]).ended;

interface Report {
  readonly ok: boolean;
  readonly gateways: readonly { readonly result: string; readonly code?: string }[];
}
const report = ({ out }: Ran): Report => JSON.parse(out) as Report;
const pushesTo = (kong: KongEmulator): number =>
  kong.requests.filter(({ method }) => method === 'POST').length;

describe('silverback sync', () => {
  test('brings every gateway to the configuration, and pushes nothing where it is there', async () => {
    for (let count = 0; count < 3; count += 1) await gateway();
    const first = await sync(configOf('one'));
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('3 of 3 gateways serve ') });
    expect(first.out).toContain('3 pushed');
    expect(first.err).toContain('is the canary of');
    expect(new Set(kongs.map((kong) => kong.hash())).size).toBe(1);

    const second = await sync(configOf('one'), '-o', 'json');
    expect(second.code).toBe(0);
    expect(report(second).gateways.map(({ result }) => result)).toEqual(['in-sync', 'in-sync', 'in-sync']);
    expect(kongs.map(pushesTo)).toEqual([1, 1, 1]);
  });

  test('shows the findings of an invalid configuration, and asks no gateway for anything', async () => {
    const kong = await gateway();
    const wrong = '_format_version: "3.0"\nservices: [{name: a, hosst: h}]\n';
    const ran = await sync(wrong);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('<stdin>:2:22 error unknown-field');
    expect(report(await sync(wrong, '-o', 'json'))).toMatchObject({
      ok: false,
      findings: expect.arrayContaining([expect.objectContaining({ code: 'unknown-field' })]),
    });
    expect(kong.requests).toEqual([]);
  });

  test('gateways that are dead, that hang and that reject delay no other, and each is told of', async () => {
    for (let count = 0; count < 3; count += 1) await gateway();
    const [, picky, hung] = kongs;
    await sync(configOf('one'));
    picky!.faults.set({ answer: { status: 401, message: 'no' } });
    hung!.faults.set({ hang: 'all' });
    const dead = await startKongEmulator();
    await dead.stop();
    const ran = await sync(
      configOf('two'),
      ...['--kong-admin-url', dead.adminUrl, '--adopt', '-o', 'json'],
      ...['--gateway-discovery-readiness-check-timeout', '500ms', '--kong-admin-retries', '1'],
    );
    expect(ran.code).toBe(1);
    expect(report(ran).gateways).toMatchObject([
      { result: 'pushed' },
      { result: 'failed', code: '401' },
      { result: 'failed', code: 'timeout' },
      { result: 'failed', reason: expect.stringContaining('connection refused') },
    ]);
  });

  test('a canary that rejects it ends it', async () => {
    for (let count = 0; count < 3; count += 1) await gateway();
    for (const kong of kongs)
      kong.faults.set({ rejectWith: () => ({ message: 'no', fields: { services: 'no' } }) });
    const ran = await sync(configOf('one'), '-o', 'json');
    expect(ran.code).toBe(1);
    const results = report(ran)
      .gateways.map(({ result, code }) => `${result} ${code ?? ''}`)
      .sort();
    expect(results).toEqual(['failed 400', 'not-pushed ', 'not-pushed ']);
  });

  test('what takes much off a gateway, or all, is held', async () => {
    const kong = await gateway();
    await sync(configOf('one', 8));
    const before = kong.hash();
    const held = await sync(configOf('one', 2));
    expect(held).toMatchObject({ code: 1, out: '' });
    expect(held.err).toContain(
      'it removes 6 of 8 services, more than --max-shrink (50 %) allows at once; --allow-removal',
    );
    const empty = await sync('_format_version: "3.0"\n');
    expect(empty.code).toBe(1);
    expect(empty.err).toContain('it would empty every gateway');
    expect(kong.hash()).toBe(before);
    expect((await sync(configOf('one', 2), '--allow-removal')).code).toBe(0);
    expect((await sync('_format_version: "3.0"\n', '--allow-removal')).code).toBe(0);
    expect(kong.entityCount()).toBe(0);
  });

  test('says what would change, and pushes nothing, with --dry-run', async () => {
    const [one] = [await gateway(), await gateway()];
    await start(['sync', '-', '--kong-admin-url', one.adminUrl], configOf('one')).ended;
    const before = one.hash();
    const ran = await sync(configOf('two'), '--dry-run', '-v');
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('a push changes 2 routes\n');
    expect(ran.out).toContain('paths: ["/one/0"] -> ["/two/0"]');
    expect(ran.out).toContain('serves nothing, a push adds all 4 entities');
    expect([one.hash(), pushesTo(kongs[1]!)]).toEqual([before, 0]);
  });

  test('ends at its timeout, and says which gateways were left', async () => {
    const kong = await gateway();
    kong.faults.set({ hang: 'all' });
    const ran = await sync(
      configOf('one'),
      ...['--timeout', '2s', '--kong-admin-retries', '100', '-o', 'json'],
      ...['--gateway-discovery-readiness-check-timeout', '500ms'],
    );
    expect(ran.code).toBe(1);
    expect(report(ran).gateways).toMatchObject([{ result: 'failed', code: 'timeout' }]);
  });

  test('stopped by SIGINT it waits for the push that was sent, and begins no other', async () => {
    for (let count = 0; count < 2; count += 1) await gateway({ loadMs: 2_000 });
    const { child, ended } = start(['sync', '-', ...urls(), '-o', 'json'], configOf('one'));
    await Promise.race(kongs.map((kong) => kong.waitFor(() => kong.loads.length > 0)));
    child.kill('SIGINT');
    const ran = await ended;
    expect(ran.code).toBe(130);
    expect(
      report(ran)
        .gateways.map(({ result }) => result)
        .sort(),
    ).toEqual(['not-pushed', 'pushed']);
    expect(kongs.map(({ loads }) => loads.length).sort()).toEqual([0, 1]);
    expect(kongs.flatMap(({ violations }) => violations)).toEqual([]);
  });

  test.each([
    [['sync', 'kong.yaml'], '--kong-admin-svc or --kong-admin-url is needed'],
    [['sync', '--kong-admin-url', 'http://127.0.0.1:1'], 'missing required argument'],
    [['sync', 'none.yaml', '--kong-admin-url', 'http://127.0.0.1:1'], 'none.yaml: it does not exist'],
    [['sync', '-', '--kong-admin-url', 'http://127.0.0.1:1', '--timeout', 'soon'], '--timeout'],
    [['dump'], '--kong-admin-url is needed'],
  ])('wrong usage exits 2: %j', async (args, words) => {
    const ran = await start(args).ended;
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain(words);
  });
});

describe('silverback sync in Kubernetes', () => {
  test('finds the pods once, and pushes nothing while a controller holds the Lease', async () => {
    const troop = await createTroop({ gateways: 2 });
    try {
      const args = ['--kubeconfig', join(troop.folder, 'kubeconfig'), '--kong-admin-svc', 'kong/kong-admin'];
      const run = (config: string, ...more: string[]): Promise<Ran> =>
        start(['sync', '-', '--canary-hold', '50ms', ...args, ...more], config).ended;
      const alone = await run(configOf('one'));
      expect(alone).toMatchObject({ code: 0, out: expect.stringContaining('2 of 2 gateways serve ') });

      troop.start();
      await troop.untilLeader();
      const refused = await run(configOf('two'));
      expect(refused).toMatchObject({ code: 1, out: '' });
      expect(refused.err).toContain('holds the Lease silverback/');
      expect((await run(configOf('two'), '--force')).code).toBe(0);

      const none = await start(['sync', '-', ...args.slice(0, 3), 'kong/other'], configOf('one')).ended;
      expect(none.code).toBe(1);
    } finally {
      await troop.close();
    }
  });
});

describe('silverback dump', () => {
  const planted = (name: string): string => `s3cr3t-${name}-0ff`;
  const SECRETS = ['key', 'password', 'hmac', 'jwt', 'plugin', 'url', 'session', 'lua', 'custom'].map(
    planted,
  );
  const CONFIG = `_format_version: "3.0"
services:
  - name: shop
    url: http://shop.test/one
    routes:
      - paths: [/shop]
        plugins: [{name: rate-limiting, config: {minute: 5}}]
consumers:
  - username: ann
    keyauth_credentials: [{key: ${planted('key')}}]
    basicauth_credentials: [{username: ann, password: ${planted('password')}}]
    hmacauth_credentials: [{username: ann, secret: ${planted('hmac')}}]
    jwt_secrets: [{key: ann-issuer, secret: ${planted('jwt')}}]
plugins:
  - name: http-log
    config:
      http_endpoint: https://user:${planted('url')}@log.test/
      headers: {X-Api-Key: ${planted('plugin')}}
  - {name: session, config: {secret: ${planted('session')}}}
  - {name: post-function, config: {access: ["local key = '${planted('lua')}'"]}}
`;

  test('what it writes makes another gateway serve the same, and comes out of that one to the byte', async () => {
    const [one, other] = [await gateway(), await gateway()];
    const pushed = await start(['sync', '-', '--kong-admin-url', one.adminUrl], CONFIG).ended;
    expect(pushed.code).toBe(0);
    const dumped = await dump(one, '--show-secrets');
    expect(dumped).toMatchObject({ code: 0, err: '' });
    expect((await start(['sync', '-', '--kong-admin-url', other.adminUrl], dumped.out).ended).code).toBe(0);
    expect(await start(['diff', one.adminUrl, other.adminUrl]).ended).toMatchObject({
      code: 0,
      out: 'no difference\n',
    });
    expect((await dump(other, '--show-secrets')).out).toBe(dumped.out);
    expect(dumped.out).not.toMatch(/\b(?:id|created_at):/);
  });

  test('without its secrets it holds none, and is refused everywhere', async () => {
    const kong = await gateway();
    const ran = [
      await start(['sync', '-', '-v', ...urls()], CONFIG).ended,
      await dump(kong),
      await sync(CONFIG.replace('minute: 5', 'minute: 6'), '--dry-run', '-v'),
      await sync(CONFIG.replace('minute: 5', 'minute: 6'), '-o', 'json'),
      await sync(CONFIG.replace('session,', 'sesion,')),
    ];
    const said = ran.map(({ out, err }) => out + err).join('\n');
    expect(SECRETS.filter((secret) => said.includes(secret))).toEqual([]);
    expect(ran.map(({ code }) => code)).toEqual([0, 0, 0, 0, 1]);
    const redacted = ran[1]!.out;
    expect(redacted).toMatch(/^# Made by `silverback dump`, without its secrets/);
    const before = kong.hash();
    for (const args of [
      ['validate', '-'],
      ['sync', '-', '--allow-removal', '--adopt', ...urls()],
    ]) {
      const refused = await start(args, redacted).ended;
      expect(refused.code).toBe(1);
      expect(refused.out).toContain('error redacted');
    }
    expect(kong.hash()).toBe(before);
  });

  test('says why a gateway cannot be dumped', async () => {
    const kong = await gateway();
    await kong.stop();
    const ran = await dump(kong);
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('connection refused') });
  });
});
