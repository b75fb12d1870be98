import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createTroop, MAIN, overlapsIn, pushesIn } from '../support/troop.js';
import type { Troop } from '../support/troop.js';
import type { Replica } from '../../src/demo/replica.js';
import { startKongEmulator } from '../../src/emulator/kong/kong-emulator.js';
import type { KongEmulator } from '../../src/emulator/kong/kong-emulator.js';

jest.setTimeout(120_000);

/** As people write files: names, but few ids; a consumer's password in plain text. */
const FILE = `_format_version: "3.0"
services:
  - name: shop
    url: http://shop.test:8080
    routes:
      - name: shop
        paths: [/shop]
        plugins: [{ name: rate-limiting, config: { minute: 5, policy: redis, redis_host: redis.test } }]
      - paths: [/nameless]
consumers:
  - username: ann
    keyauth_credentials: [{ key: key-of-ann }]
    basicauth_credentials: [{ username: ann, password: password-of-ann }]
  - custom_id: nameless
    basicauth_credentials: [{ username: nameless, password: password-of-nobody }]
`;

/** As the Kong Ingress Controller sends it: JSON of which Kong makes another hash on every gateway. */
const FROM_KIC = {
  _format_version: '3.0',
  services: [
    {
      id: '9a2ff2f6-0a8e-5a9b-8a0e-2a8c4f9b9e11',
      name: 'default.echo.80',
      host: 'echo.default.80.svc',
      retries: 5,
      tags: ['k8s-name:echo', 'k8s-namespace:default', 'k8s-kind:Service', 'k8s-version:v1'],
      routes: [
        {
          id: '5a3f1c55-6aa0-5d9e-9a6b-8d6f0c9c9e22',
          name: 'default.echo.echo..80',
          paths: ['/echo/', '~/echo$'],
          https_redirect_status_code: 426,
          tags: ['k8s-name:echo', 'k8s-namespace:default', 'k8s-kind:Ingress', 'k8s-version:v1'],
        },
      ],
    },
  ],
  upstreams: [{ name: 'echo.default.80.svc', targets: [{ target: 'echo.default.svc:80' }] }],
};

let troop: Troop;
let witness: KongEmulator | undefined;
beforeEach(async () => {
  troop = await createTroop({});
});
afterEach(async () => {
  expect(overlapsIn(troop.world.pods())).toEqual([]);
  await Promise.all([troop.close(), witness?.stop()]);
  witness = undefined;
});

const urls = (): string[] => troop.world.pods().map(({ kong }) => kong.adminUrl);
const hashes = (): string[] => troop.world.pods().map(({ kong }) => kong.hash());

function start(...args: string[]): Replica {
  const addresses = [
    '--health-probe-bind-address',
    'off',
    '--metrics-bind-address',
    'off',
    '--diagnostics-bind-address',
    'off',
  ];
  return troop.start([...urls().flatMap((url) => ['--kong-admin-url', url]), ...addresses, ...args]);
}

async function stop(replica: Replica): Promise<void> {
  replica.signal('SIGTERM');
  expect(await replica.exited).toBe(0);
}

function silverback(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

const same = { code: 0, stdout: 'no difference\n', stderr: '' };

/** The YAML that a gateway shows. */
async function liveConfig(url: string): Promise<string> {
  const answer = (await (await fetch(`${url}/config`)).json()) as { config: string };
  return answer.config;
}

/** What docs/migrate-from-kic.md has sed do: without the times of the load, and without what is empty. */
const cleaned = (text: string): string =>
  text.replace(/^ *(created_at|updated_at):.*\n|^ *[a-z_]+: ~\n/gm, '');

/**
 * `--observe`, then the push: what docs/migrate-from-*.md tell people to do.
 * @param witness a gateway of the fleet that is left alone
 */
async function adopt(file: string, witness: KongEmulator): Promise<void> {
  const before = hashes();
  const pushes = (): number =>
    pushesIn(troop.world.pods().flatMap(({ kong }) => kong.requests)).filter(({ headers }) =>
      headers.userAgent?.includes('silverback'),
    ).length;

  const observer = start('--observe', '--config-file', file);
  const meanings = () => troop.said('would-change').map(({ message }) => message);
  await troop.until('a word about each gateway', () => meanings().length === before.length);
  expect(meanings()).toEqual(before.map(() => expect.stringMatching(/^observe: .* changes nothing$/)));
  await stop(observer);
  expect(hashes()).toEqual(before);
  expect(pushes()).toBe(0);

  const replica = start('--config-file', file);
  await troop.untilConverged(0);
  expect(pushes()).toBe(before.length);
  expect(new Set(hashes()).size).toBe(1);
  for (const url of urls()) {
    expect(await silverback('diff', witness.adminUrl, url)).toEqual(same);
    expect(await silverback('diff', url, file)).toEqual(same);
  }
  await stop(replica);
}

test('gateways that load a mounted file are taken over without a change', async () => {
  const kong = { declarativeConfig: Buffer.from(FILE) };
  const one = await troop.world.addGateway(kong);
  await troop.world.addGateway(kong);
  witness = await startKongEmulator(kong);
  const file = join(troop.folder, 'kong.yaml');
  await writeFile(file, FILE);
  const [first, second] = urls();
  expect(await silverback('diff', first!, second!)).toEqual(same);
  expect(await silverback('diff', first!, file)).toEqual(same);

  await writeFile(file, FILE.replace('minute: 5', 'minute: 6').replace('password-of-ann', 'another'));
  const { code, stdout } = await silverback('diff', first!, file);
  expect(code).toBe(1);
  expect(stdout).toContain('config.minute: 5 -> 6');
  expect(stdout).toContain('password: changed (secret)');
  expect(stdout).toContain('2 changed');
  expect(stdout).not.toContain('another');

  // What they show themselves can be pushed again: hashed passwords, ids and all.
  await writeFile(file, await liveConfig(first!));
  expect(await silverback('diff', first!, file)).toEqual(same);
  await writeFile(file, FILE);
  await adopt(file, witness);

  // Without Silverback, a restart brings back the mounted file: that is the way back.
  await one.kong.restart();
  expect(await silverback('diff', one.kong.adminUrl, file)).toEqual(same);
});

test('gateways that the Kong Ingress Controller configured are taken over with what they show', async () => {
  await troop.world.addGateway();
  await troop.world.addGateway();
  witness = await startKongEmulator();
  for (const url of [...urls(), witness.adminUrl]) {
    const { status } = await fetch(`${url}/config?check_hash=1&flatten_errors=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(FROM_KIC),
    });
    expect(status).toBe(201);
  }
  const [first, second] = urls();
  expect(await silverback('diff', first!, second!)).toEqual(same);
  const file = join(troop.folder, 'kong.yaml');
  await writeFile(file, cleaned(await liveConfig(first!)));
  expect(await silverback('diff', first!, file)).toEqual(same);
  expect((await silverback('validate', file)).code).toBe(0);
  await adopt(file, witness);

  // Its tags say nothing to anybody any more: taking them away is a change like any other.
  const { services, ...rest } = FROM_KIC;
  const [{ tags, ...service }] = services as [(typeof services)[0]];
  expect(tags).toHaveLength(4);
  await writeFile(file, JSON.stringify({ ...rest, services: [service] }));
  const { code, stdout } = await silverback('diff', first!, file);
  expect(code).toBe(1);
  expect(stdout).toContain(`~ service 'default.echo.80'`);
  expect(stdout).toContain('1 changed');
});

test('what cannot be asked for its configuration is told as such', async () => {
  const { kong } = await troop.world.addGateway({
    requireToken: { header: 'Kong-Admin-Token', value: 'let-me' },
  });
  const file = join(troop.folder, 'kong.yaml');
  await writeFile(file, '_format_version: "3.0"\n');
  const refused = await silverback('diff', kong.adminUrl, file);
  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain(`error: ${kong.adminUrl}: `);
  expect(refused.stderr).toContain('--kong-admin-token');
  expect(await silverback('diff', kong.adminUrl, file, '--kong-admin-token', 'let-me')).toEqual(same);
  const wrong = await silverback('diff', 'http://user:secret@kong:8001', file);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('must not hold credentials');
  expect(wrong.stderr).not.toContain('secret@');
});
