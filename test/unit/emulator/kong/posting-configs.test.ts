import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startKongEmulator, type KongEmulator } from '../../../../src/emulator/kong/kong-emulator.js';
import { A, B, EMPTY, get, md5, post, statusHash, ZEROS } from './posting.js';

// Real sockets and processes: slow on a busy machine, not wrong.
jest.setTimeout(60_000);

const YAML = "_format_version: '3.0'\nservices:\n- name: a\n  url: http://a.test\n";
const FORM = 'application/x-www-form-urlencoded';

describe('POST /config', () => {
  let gateway: KongEmulator;
  beforeEach(async () => {
    gateway = await startKongEmulator();
  });
  afterEach(() => gateway.stop());

  it('starts with 32 zeros, not ready', async () => {
    expect(await statusHash(gateway)).toBe(ZEROS);
    expect((await get(`${gateway.statusUrl}/status/ready`)).status).toBe(503);
  });

  it('becomes ready with a config, and unready again with an empty one', async () => {
    await post(gateway, A);
    expect(await get(`${gateway.statusUrl}/status/ready`)).toMatchObject({
      status: 200,
      body: '{"message":"ready"}',
    });
    expect((await post(gateway, EMPTY)).body).toBe('{}');
    expect(await statusHash(gateway)).toBe(ZEROS);
    expect((await get(`${gateway.statusUrl}/status/ready`)).status).toBe(503);
  });

  it.each([
    ['JSON as text/yaml', 'text/yaml', A, A],
    ['YAML as text/yaml', 'text/yaml', YAML, YAML],
    ['YAML as application/yaml', 'application/yaml; charset=utf-8', YAML, YAML],
    ['a text in JSON', 'application/json', JSON.stringify({ config: YAML }), YAML],
    ['a form field', FORM, new URLSearchParams({ config: A }).toString(), A],
    [
      'a multipart field',
      'multipart/form-data; boundary=xx',
      `--xx\r\nContent-Disposition: form-data; name="config"\r\n\r\n${YAML}\r\n--xx--\r\n`,
      YAML,
    ],
    [
      'a multipart file',
      'multipart/form-data; boundary="xx"',
      `--xx\r\nContent-Disposition: form-data; name="config"; filename="kong.yml"\r\n\r\n${YAML}\r\n--xx--\r\n`,
      YAML,
    ],
  ])(
    'takes %s: the hash is the MD5 of the text, and check_hash=1 confirms it',
    async (_, type, body, text) => {
      expect((await post(gateway, body, { type })).status).toBe(201);
      expect(gateway.hash()).toBe(md5(text));
      const again = await post(gateway, body, { type, query: '?check_hash=1' });
      expect([again.status, again.body]).toEqual([304, '']);
      expect((await post(gateway, body, { type, query: '?check_hash=true' })).status).toBe(201);
    },
  );

  it('gives a JSON body another hash every time, which check_hash never confirms', async () => {
    await post(gateway, A, { type: 'application/json' });
    const first = gateway.hash();
    const again = await post(gateway, A, { type: 'application/json', query: '?check_hash=1' });
    expect(again.status).toBe(201);
    expect(gateway.hash()).not.toBe(first);
    expect([first, gateway.hash()]).not.toContain(md5(A));
  });

  it('reads check_hash and flatten_errors from a body, too', async () => {
    await post(gateway, A);
    const form = new URLSearchParams({ config: A, check_hash: '1' }).toString();
    expect((await post(gateway, form, { type: FORM })).status).toBe(304);
    const bad = JSON.stringify({ config: '{"_format_version":"3.0","services":[{}]}', flatten_errors: true });
    expect(
      JSON.parse((await post(gateway, bad, { type: 'application/json' })).body).flattened_errors,
    ).toHaveLength(1);
  });

  it('takes other query parameters for fields of a config that is the JSON body', async () => {
    const reply = await post(gateway, A, { type: 'application/json', query: '?foo=1' });
    expect([reply.status, JSON.parse(reply.body).fields]).toEqual([400, { foo: 'unknown field' }]);
  });

  it('keeps its config when the next one is refused', async () => {
    await post(gateway, A);
    expect((await post(gateway, '{"_format_version":"3.0","services":[{"name":"x"}]}')).status).toBe(400);
    expect((await post(gateway, 'services: [')).status).toBe(400);
    expect(await statusHash(gateway)).toBe(md5(A));
    expect(JSON.parse((await get(`${gateway.adminUrl}/services/a`)).body).host).toBe('a.test');
  });

  it('replaces a config as a whole', async () => {
    await post(gateway, A);
    await post(gateway, B);
    expect((await get(`${gateway.adminUrl}/services/a`)).status).toBe(404);
    expect((await get(`${gateway.adminUrl}/services/b`)).status).toBe(200);
    expect(gateway.entityCount()).toBe(1);
    expect(Buffer.from(gateway.config() ?? []).toString()).toBe(B);
  });

  it('answers 500 where Kong breaks, and keeps its config', async () => {
    await post(gateway, A);
    const dangling = '{"_format_version":"3.0","plugins":[{"name":"cors","service":"nope"}]}';
    expect(await post(gateway, dangling)).toMatchObject({
      status: 500,
      body: '{"message":"An unexpected error occurred"}',
    });
    expect(gateway.hash()).toBe(md5(A));
  });

  it('loses a dangling reference when errors are flattened, and tells it when they are not', async () => {
    const dangling = '{"_format_version":"3.0","routes":[{"name":"r","paths":["/r"],"service":"nope"}]}';
    const flat = JSON.parse((await post(gateway, dangling, { query: '?flatten_errors=1' })).body);
    expect([flat.fields, flat.flattened_errors]).toEqual([{}, {}]);
    const plain = JSON.parse((await post(gateway, dangling)).body);
    expect(plain.fields).toEqual({
      routes: { r: ["invalid reference 'service: nope' (no such entry in 'services')"] },
    });
  });

  it('refuses what nginx would refuse with HTML', async () => {
    for (const type of ['text/plain', 'application/x-yaml']) {
      const reply = await post(gateway, A, { type });
      expect([reply.status, reply.headers.get('content-type')]).toEqual([415, 'text/html; charset=UTF-8']);
    }
  });

  it('answers under the default workspace, and with a slash at the end', async () => {
    const type = { 'content-type': 'text/yaml' };
    const at = (path: string): Promise<Response> =>
      fetch(gateway.adminUrl + path, { method: 'POST', headers: type, body: A });
    expect((await at('/default/config')).status).toBe(201);
    expect((await at('/config/')).status).toBe(201);
    expect((await at('/other/config')).status).toBe(404);
  });

  it('breaks on hostile texts as Kong does, without falling over itself', async () => {
    const deep = `{"_format_version":"3.0","_ignore":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    const bomb = `_ignore:\n- &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
      .split('')
      .map((name, at) => `- &${name} [${`*${'abcdefgh'.charAt(at)},`.repeat(9)}]`)
      .join('\n')}\n`;
    const texts = [
      deep,
      bomb,
      '{"__proto__":{"x":1},"_format_version":"3.0"}',
      '\u0000',
      '[[[[',
      '{"_format_version":1e999}',
    ];
    for (const text of texts) expect((await post(gateway, text)).status).toBeGreaterThanOrEqual(400);
    expect((await get(`${gateway.adminUrl}/%zz`)).status).toBe(404);
    expect(gateway.hash()).toBe(ZEROS);
  });
});

describe('Kong versions', () => {
  it('differ in what they show', async () => {
    const old = await startKongEmulator({ version: '3.4.2' });
    const kong = JSON.parse((await get(`${old.adminUrl}/`)).body);
    expect([kong.version, kong.edition]).toEqual(['3.4.2', undefined]);
    expect((await post(old, A, { type: 'application/yaml' })).status).toBe(415);
    expect((await post(old, A)).body).not.toContain('null');
    await old.stop();
    const newer = await startKongEmulator({ version: '3.10.0' });
    const reply = await post(newer, '{"_format_version":"3.0","x":1}', { query: '?flatten_errors=1' });
    expect(JSON.parse(reply.body).flattened_errors).toEqual([]);
    await newer.stop();
  });

  it('know only the plugins they have', async () => {
    const few = await startKongEmulator({ plugins: ['cors'] });
    const reply = await post(few, '{"_format_version":"3.0","plugins":[{"name":"acl"}],"acls":[]}');
    expect(JSON.parse(reply.body).fields).toEqual({
      acls: 'unknown field',
      plugins: [{ name: "plugin 'acl' not enabled; add it to the 'plugins' configuration property" }],
    });
    const node = JSON.parse((await get(`${few.adminUrl}/`)).body) as {
      plugins: { available_on_server: object };
    };
    expect(Object.keys(node.plugins.available_on_server)).toEqual(['cors']);
    await few.stop();
  });
});
