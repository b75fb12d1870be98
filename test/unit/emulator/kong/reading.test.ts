import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { load } from 'js-yaml';
import { startKongEmulator, type KongEmulator } from '../../../../src/emulator/kong/kong-emulator.js';
import { get, post } from './posting.js';

// Real sockets and processes: slow on a busy machine, not wrong.
jest.setTimeout(60_000);

const CONFIG = {
  _format_version: '3.0',
  services: [
    {
      name: 'a',
      url: 'http://u',
      tags: ['x', 'y'],
      routes: [
        { name: 'r1', paths: ['/1'] },
        { name: 'r2', paths: ['/2'] },
      ],
    },
    { name: 'b', url: 'https://b.test:8443/p', tags: ['x'] },
  ],
  upstreams: [{ name: 'u', targets: [{ target: '127.0.0.1:80', weight: 7 }] }],
  consumers: [
    {
      username: 'alice',
      keyauth_credentials: [{ key: 'k' }],
      basicauth_credentials: [{ username: 'al', password: 'p' }],
    },
  ],
  plugins: [{ name: 'rate-limiting', config: { minute: 5, redis: { host: 'redis.test' } } }],
};

/** What answers may have, as far as these tests look. */
interface Shown {
  readonly id: string;
  readonly name: string;
  readonly data: Shown[];
  readonly next: string | null;
  readonly offset?: string;
  readonly config: string;
  readonly password: string;
  readonly health: string;
  readonly service: string;
  readonly routes: Shown[];
  readonly fields: object[];
  readonly configuration: object;
  readonly plugins: { available_on_server: object; enabled_in_cluster: string[] };
}

describe('reading a config back', () => {
  let gateway: KongEmulator;
  beforeAll(async () => {
    gateway = await startKongEmulator();
    expect((await post(gateway, JSON.stringify(CONFIG))).status).toBe(201);
  });
  afterAll(() => gateway.stop());

  async function read(path: string): Promise<{ status: number; value: Shown }> {
    const { status, body } = await get(gateway.adminUrl + path);
    return { status, value: JSON.parse(body) as Shown };
  }

  it('lists entities sorted by id, and finds them by name or id', async () => {
    const { value } = await read('/services');
    expect(value.data.map((service) => service.id)).toEqual(value.data.map((service) => service.id).sort());
    const named = (await read('/services/a')).value;
    expect((await read(`/services/${named.id}`)).value).toEqual(named);
    expect((await read('/services/nope')).status).toBe(404);
  });

  it('follows relations down and up', async () => {
    const routes = (await read('/services/a/routes')).value.data;
    expect(routes.map((route) => route.name).sort()).toEqual(['r1', 'r2']);
    expect((await read('/services/a/routes/r1')).value.name).toBe('r1');
    expect((await read('/services/b/routes/r1')).status).toBe(404);
    expect((await read('/routes/r1/service')).value.name).toBe('a');
    expect((await read('/consumers/alice/key-auth')).value.data).toMatchObject([{ key: 'k' }]);
    expect((await read('/upstreams/u/targets')).value.data).toMatchObject([
      { target: '127.0.0.1:80', weight: 7 },
    ]);
    expect((await read('/upstreams/u/health')).value.data[0]?.health).toBe('HEALTHCHECKS_OFF');
    expect((await read('/targets')).status).toBe(404);
  });

  it('turns pages', async () => {
    const first = (await read('/routes?size=1')).value;
    expect([first.data.length, typeof first.offset]).toEqual([1, 'string']);
    const second = (await read(first.next ?? '')).value;
    expect([second.data.length, second.next]).toEqual([1, null]);
    expect(second.data[0]?.id).not.toBe(first.data[0]?.id);
    expect((await read('/routes?size=0')).status).toBe(400);
  });

  it('filters by tags, and breaks on entities without any as Kong does', async () => {
    expect((await read('/services?tags=x,y')).value.data).toMatchObject([{ name: 'a' }]);
    expect((await read('/services?tags=y/z')).value.data).toMatchObject([{ name: 'a' }]);
    expect((await read('/routes?tags=x')).status).toBe(500);
  });

  it('shows what was written: hashed passwords, deprecated fields beside new ones', async () => {
    const [credential] = (await read('/basic-auths')).value.data;
    expect(credential?.password).toMatch(/^[0-9a-f]{40}$/);
    const [plugin] = (await read('/plugins')).value.data;
    expect(plugin?.config).toMatchObject({
      redis_host: 'redis.test',
      redis: { host: 'redis.test', port: 6379 },
    });
  });

  it('exports everything as YAML that it would take again', async () => {
    const text = (await read('/config')).value.config;
    const dump = load(text) as Shown;
    expect(dump).toMatchObject({ _format_version: '3.0', _transform: false });
    expect(dump.routes[0]?.service).toBe((await read('/services/a')).value.id);
    const other = await startKongEmulator();
    expect((await post(other, text)).status).toBe(201);
    expect(other.entityCount()).toBe(gateway.entityCount());
    await other.stop();
  });

  it('names its plugins and settings', async () => {
    const { value } = await read('/');
    expect(value.configuration).toMatchObject({ database: 'off', nginx_admin_client_max_body_size: '10m' });
    expect(Object.keys(value.plugins.available_on_server)).toHaveLength(45);
    expect(value.plugins.enabled_in_cluster).toEqual(['rate-limiting']);
    expect((await read('/endpoints')).value.data).toContain('/services/{services}/routes');
  });

  it('answers HEAD and OPTIONS, and refuses writes', async () => {
    expect(await get(`${gateway.adminUrl}/config`, 'HEAD')).toMatchObject({ status: 200, body: '' });
    const options = await get(`${gateway.adminUrl}/config`, 'OPTIONS');
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
    expect((await get(`${gateway.adminUrl}/config`, 'DELETE')).status).toBe(405);
    expect((await get(`${gateway.adminUrl}/services/nope`, 'DELETE')).status).toBe(204);
    expect((await get(`${gateway.adminUrl}/services/a`, 'DELETE')).status).toBe(405);
  });

  it('knows schemas, and validates one entity at a time', async () => {
    expect((await read('/schemas/services')).value.fields[0]).toHaveProperty('id');
    expect((await read('/schemas/plugins/cors')).status).toBe(200);
    expect((await read('/schemas/vaults/env')).status).toBe(200);
    expect((await read('/schemas/plugins/nope')).value).toEqual({ message: "No plugin named 'nope'" });
    const check = async (path: string, entity: object): Promise<unknown> => {
      const response = await fetch(`${gateway.adminUrl}/schemas/${path}/validate`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(entity),
      });
      return ((await response.json()) as { message: string }).message;
    };
    expect(await check('services', { name: 'a', url: 'http://x' })).toBe('schema validation successful');
    expect(await check('routes', { paths: ['x'], bogus: 1 })).toBe(
      '2 schema violations (bogus: unknown field; paths.1: should start with: / (fixed path) or ~/ (regex path))',
    );
    expect(await check('nope', {})).toBe("No entity named 'nope'");
    expect(await check('plugins', { name: 5 })).toBe('An unexpected error occurred');
    expect(await check('services', [{}])).toBe('An unexpected error occurred');
  });
});
