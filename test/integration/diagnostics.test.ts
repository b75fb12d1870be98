import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Replica } from '../../src/demo/replica.js';
import { CONFIG_NAMESPACE } from '../../src/demo/world.js';
import type { Status } from '../../src/server/diagnostics/status.js';
import type { GatewayPod } from '../../src/demo/world.js';
import { addressOf, configOf, createTroop, MAIN } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(180_000);

let troop: Troop;
afterEach(() => troop.close());

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function silverback(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
    execFile(process.execPath, [MAIN, ...args], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

const get = async (replica: Replica, path: string): Promise<unknown> =>
  (await fetch(`${addressOf(replica, 'dashboard')}${path}`)).json();
const statusOf = async (replica: Replica): Promise<Status> =>
  (await get(replica, '/api/v1/status')) as Status;

/** Holds every object to the fields that are described: what is not described would not be kept true. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]));
  return 'properties' in copy && 'required' in copy ? { ...copy, additionalProperties: false } : copy;
}

interface Description {
  readonly components: { readonly schemas: object };
  readonly paths: Readonly<Record<string, { get: { responses: Record<string, { content: object }> } }>>;
}

describe('the diagnostics API of real replicas', () => {
  let leader: Replica;
  let follower: Replica;

  const stopAll = async (): Promise<void> => {
    for (const replica of troop.replicas) replica.signal('SIGKILL');
    await Promise.all(troop.replicas.map(({ exited }) => exited));
  };

  beforeEach(async () => {
    troop = await createTroop({ gateways: 3, replicas: 2, args: ['--resync-interval', '1s'] });
    troop.world.setConfig('shop', { 'kong.yaml': configOf('one') });
    await troop.untilConverged(0);
    leader = await troop.untilLeader();
    follower = troop.replicas.find((replica) => replica !== leader)!;
  });

  test('answers as /openapi.json says, in good times and in bad, the follower as well as the leader', async () => {
    const description = (await get(leader, '/openapi.json')) as Description;
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    ajv.addSchema({ $id: 'api', components: strict(description.components) });
    const problems = async (replica: Replica, path: string): Promise<string[]> => {
      const { content } = description.paths[path.split('?')[0]!]!.get.responses['200']!;
      const { schema } = (content as Record<string, { schema: object }>)['application/json']!;
      const { $ref } = schema as { $ref: string };
      const validate = ajv.compile({ $ref: `api${$ref}` });
      validate(await get(replica, path));
      return (validate.errors ?? []).map((error) => `${path}${error.instancePath} ${error.message}`);
    };
    const check = async (): Promise<void> => {
      for (const replica of [leader, follower])
        for (const path of ['/api/v1/status', '/api/v1/happenings', '/api/v1/settings'])
          expect(await problems(replica, path)).toEqual([]);
    };
    await check();
    const { revisions } = await statusOf(leader);
    const id = revisions.desired!.id;
    expect(await problems(leader, `/api/v1/diff?from=${id}&to=${id.slice(0, 8)}`)).toEqual([]);

    // One that cannot be reached, a source that is broken.
    const broken = performance.now();
    troop.world.pods()[0]!.kong.faults.set({ refuse: true });
    troop.world.setConfig('shop', { 'kong.yaml': 'services: [{name: a, port: eighty}]' });
    await troop.until('the findings', () => troop.said('config-invalid', broken).length >= 2);
    await troop.until('the loss', () =>
      troop.said('gateway-phase', broken).some(({ fields }) => fields['to'] === 'unreachable'),
    );
    await check();
    const status = await statusOf(leader);
    expect(status.summary.level).toBe('attention');
    expect(status.summary.sentence).toMatch(/2 of 3 gateways serve .* 1 is behind; kong-1 cannot be reached/);
    expect(status.summary.sentence).toMatch(/the newest configuration is invalid, .* stays/);
    expect(status.config.findings.some(({ excerpt }) => excerpt?.includes('port: eighty'))).toBe(true);
    expect((await statusOf(follower)).summary).toMatchObject({ level: 'following' });
  });

  test('tells of a gateway that restarts again and again, though each time it is put back', async () => {
    const [{ kong }] = troop.world.pods() as [GatewayPod];
    for (let times = 1; times <= 3; times += 1) {
      const restarted = performance.now();
      await kong.restart();
      await troop.until('the drift', () => troop.said('drift', restarted).length > 0);
      // Before that it is a push of ours that was lost, and no drift.
      await troop.until('its repair', () =>
        troop.said('gateway-phase', restarted).some(({ fields }) => fields['to'] === 'in-sync'),
      );
    }
    const { gateways, summary } = await statusOf(leader);
    expect(gateways[0]?.drift).toMatchObject({ kind: 'empty', times: 3 });
    expect(summary.sentence).toContain('kong-1 loses its configuration again and again');
  });

  test('is what `status` shows, and says why a gateway is behind; without controllers, the cluster does', async () => {
    const url = ['--url', addressOf(leader, 'dashboard')];
    const good = await silverback('status', ...url);
    expect([good.code, good.out]).toEqual([0, expect.stringContaining('OK  All 3 gateways serve')]);
    const asked = await silverback('status', '--url', addressOf(follower, 'dashboard'));
    expect([asked.code, asked.out]).toEqual([
      0,
      expect.stringContaining(`FOLLOWING  This replica follows; ${leader.name}`),
    ]);
    const asJson = await silverback('status', '-o', 'json', ...url);
    expect((JSON.parse(asJson.out) as Status).gateways.length).toBe(3);

    await stopAll();
    troop.world.pods()[1]!.kong.faults.set({ refuse: true });
    const service = ['--kong-admin-svc', 'kong/kong-admin', '--kubeconfig', join(troop.folder, 'kubeconfig')];
    const alone = await silverback('status', '--from-cluster', ...service);
    expect(alone.code).toBe(1);
    expect(alone.out).toMatch(/2 of 3 gateways serve .* kong-2 cannot be reached/);
    const absent = await silverback('status', ...url);
    expect([absent.code, absent.err]).toEqual([1, expect.stringContaining('nobody listens there')]);
  });

  test('is what `wait` waits by: done, or the findings', async () => {
    const url = ['--url', addressOf(leader, 'dashboard'), '--kubeconfig', join(troop.folder, 'kubeconfig')];
    const source = ['--for-source', `${CONFIG_NAMESPACE}/shop`];
    troop.world.setConfig('shop', { 'kong.yaml': configOf('two') });
    // At once after the change: what was served before it does not count.
    const done = await silverback('wait', ...source, ...url);
    expect([done.code, done.out]).toEqual([0, expect.stringContaining('all 3 gateways serve')]);
    expect(new Set(troop.world.pods().map(({ kong }) => kong.hash())).size).toBe(1);
    const { revisions } = await statusOf(leader);
    const revision = ['--revision', revisions.desired!.id.slice(0, 8)];
    expect((await silverback('wait', ...revision, ...url)).code).toBe(0);

    troop.world.setConfig('shop', { 'kong.yaml': 'services: [{name: a, port: eighty}]' });
    const bad = await silverback('wait', ...source, ...url);
    expect([bad.code, bad.out]).toEqual([1, expect.stringContaining('port must be a whole number')]);
    const unknown = await silverback('wait', '--revision', 'deadbeef', '--timeout', '1s', ...url);
    expect([unknown.code, unknown.out]).toEqual([1, expect.stringContaining('the time is over')]);
    const missing = await silverback('wait', '--for-source', 'kong/nothing', ...url);
    expect([missing.code, missing.err]).toEqual([
      1,
      expect.stringContaining('neither a ConfigMap nor a Secret'),
    ]);
    expect((await silverback('wait', '--for-source', 'nothing', ...url)).code).toBe(2);
  });

  test('shows revisions and what differs between them, without a secret', async () => {
    await stopAll();
    const folder = ['--data-dir', join(troop.folder, 'history')];
    await mkdir(folder[1]!);
    leader = troop.start([...troop.standard, ...folder]);
    await troop.until('the leader', () => leader.lines.some(({ event }) => event === 'rollout-succeeded'));
    const secret = 's3cr3t-of-ann';
    const withKey = `${configOf('two')}consumers:\n  - username: ann\n    keyauth_credentials:\n      - key: ${secret}\n`;
    const before = (await statusOf(leader)).revisions.desired!.id;
    const edited = performance.now();
    troop.world.setConfig('shop', { 'kong.yaml': withKey });
    await troop.untilConverged(edited);
    const after = (await statusOf(leader)).revisions.desired!.id;
    const base = addressOf(leader, 'dashboard');
    const yaml = await (await fetch(`${base}/api/v1/config`)).text();
    expect(yaml).toContain('key: redacted-by-silverback-dump');
    expect(yaml).toContain('/two/0');
    const diff = await (await fetch(`${base}/api/v1/diff?from=${before}&to=${after}`)).text();
    expect(JSON.parse(diff)).toMatchObject({
      different: true,
      summary: { added: 2, removed: 0, changed: 2 },
    });
    expect(yaml + diff).not.toContain(secret);
    expect((await fetch(`${base}/api/v1/config?revision=deadbeef`)).status).toBe(404);
  });
});

test('with a token: nobody without it, not even `status`', async () => {
  troop = await createTroop({ gateways: 1 });
  const env = { CONTROLLER_DIAGNOSTICS_TOKEN: 'right' };
  const replica = troop.start([...troop.standard, '--diagnostics-bind-address', ':0'], env);
  await troop.until('the API', () => replica.lines.some(({ message }) => message.startsWith('dashboard')));
  const url = `http://127.0.0.1:${addressOf(replica, 'dashboard').split(':').at(-1)}`;
  expect((await fetch(`${url}/api/v1/status`)).status).toBe(401);
  expect((await fetch(`${url}/`)).status).toBe(200);
  expect((await silverback('status', '--url', url)).err).toContain('it wants its token');
  expect((await silverback('status', '--url', url, '--token', 'wrong')).code).toBe(1);
  troop.world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await troop.untilConverged(0);
  expect((await silverback('status', '--url', url, '--token', 'right')).code).toBe(0);
});

test('500 gateways, and a listener who does not read: everybody else is answered', async () => {
  // Five hundred emulated gateways share this process, and this machine, with the API server: a short lease would be lost to them.
  const lease = ['--lease-duration', '60s', '--renew-deadline', '45s'];
  troop = await createTroop({ args: lease });
  troop.start();
  const { world } = troop;
  for (let count = 0; count < 500; count += 1) await world.addGateway({ loadMs: 1 });
  world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await troop.untilConverged(0);
  const leader = await troop.untilLeader();
  const { host, port } = new URL(addressOf(leader, 'dashboard'));
  const deaf = connect(Number(port), '127.0.0.1');
  deaf.pause();
  deaf.write(`GET /api/v1/events HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  const status = await statusOf(leader);
  expect([status.gateways.length, status.summary.level]).toEqual([500, 'ok']);
  for (const mark of ['two', 'three', 'four']) {
    const edited = performance.now();
    world.setConfig('shop', { 'kong.yaml': configOf(mark) });
    await troop.untilConverged(edited);
  }
  expect(troop.said('leadership-lost')).toEqual([]);
  const shown = await silverback('status', '--url', addressOf(leader, 'dashboard'));
  expect([shown.code, shown.out]).toEqual([
    0,
    expect.stringContaining('and 450 more that serve what they should'),
  ]);
  deaf.destroy();
});
