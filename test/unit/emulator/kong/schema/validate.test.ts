import { describe, expect, it } from '@jest/globals';
import { fromJson, LuaError, tableOf } from '../../../../../src/emulator/kong/lua/value.js';
import { loadCatalog } from '../../../../../src/emulator/kong/schema/catalog.js';
import { fillRecord } from '../../../../../src/emulator/kong/schema/defaults.js';
import type { Problem } from '../../../../../src/emulator/kong/schema/types.js';
import { validateRecord, type World } from '../../../../../src/emulator/kong/schema/validate.js';

const catalog = loadCatalog();
const world: World = { entity: (name) => catalog.entities.get(name), now: () => 1_000_000 };

/** What Kong says of one entity, as plain data. */
function problemsOf(name: string, input: object): unknown {
  const entity = catalog.entities.get(name)!;
  const filled = fillRecord(entity.schema, tableOf(fromJson(input)), world);
  if (filled === undefined) throw new LuaError('not filled');
  const problems = validateRecord(entity.schema, filled, world);
  return problems === undefined ? undefined : plain(problems);
}

function plain(problem: Problem): unknown {
  if (typeof problem === 'string') return problem;
  return Object.fromEntries([...problem].map(([key, inner]) => [String(key), plain(inner)]));
}

function filled(name: string, input: object): ReadonlyMap<unknown, unknown> {
  return fillRecord(catalog.entities.get(name)!.schema, tableOf(fromJson(input)), world)!;
}

function plugin(name: string, config: object): unknown {
  return problemsOf('plugins', { name, config });
}

describe('validation of one entity', () => {
  it.each([
    [{ name: 'a', host: 'a.test' }, undefined],
    [
      { name: 'a b' },
      { name: expect.stringContaining("invalid value 'a b'"), host: 'required field missing' },
    ],
    [
      { host: 'a.test', retries: '5', port: 70_000, enabled: 'yes' },
      {
        retries: 'expected an integer',
        port: 'value should be between 0 and 65535',
        enabled: 'expected a boolean',
      },
    ],
    [
      { host: 'a.test', tags: ['ok', 'a,b'], bogus: 1 },
      { tags: { 2: expect.stringContaining("invalid tag 'a,b'") }, bogus: 'unknown field' },
    ],
    [{ host: 'a.test', retries: null, protocol: null }, { protocol: 'required field missing' }],
    [
      { host: 'a.test', protocol: 'tcp', path: '/x' },
      {
        path: 'value must be null',
        '@entity': { 1: "failed conditional validation given value of field 'protocol'" },
      },
    ],
    [{ url: 'http://' }, { host: 'required field missing' }],
    [{ host: 'a.test', id: 'x' }, { id: 'expected a valid UUID' }],
    [{ host: 'a.test', updated_at: 'anything' }, undefined],
    [
      { host: 'a.test', client_certificate: { name: 'x' }, protocol: 'https' },
      { client_certificate: { name: 'unknown field' } },
    ],
  ])('of a service: %j', (input, problems) => {
    expect(problemsOf('services', input)).toEqual(problems);
  });

  it('picks a route’s rules by its first protocol', () => {
    expect(problemsOf('routes', { protocols: ['grpc'], methods: ['GET'], strip_path: true })).toEqual({
      methods: "cannot set 'methods' when 'protocols' is 'grpc' or 'grpcs'",
      strip_path: "cannot set 'strip_path' when 'protocols' is 'grpc' or 'grpcs'",
      '@entity': { 1: "must set one of 'hosts', 'headers', 'paths' when 'protocols' is 'grpc'" },
    });
    expect(problemsOf('routes', { protocols: ['http', 'tcp'], paths: ['/x'] })).toEqual({
      protocols: "these sets are mutually exclusive: ('http', 'https'), ('tcp', 'tls', 'udp')",
    });
    expect(problemsOf('routes', { protocols: [] })).toEqual({ protocols: 'unknown type: nil' });
    expect(problemsOf('routes', { protocols: ['tcp'], sources: [{ ip: 'fe80::1/64' }] })).toEqual({
      '@entity': { 1: 'Router Expression failed validation: invalid address fe80::1/64' },
    });
    expect(problemsOf('routes', { protocols: ['tcp'], sources: [{ ip: 'fe80::/64' }] })).toBeUndefined();
  });

  it('picks a plugin’s rules by its name', () => {
    expect(plugin('nope', {})).toEqual({ name: expect.stringContaining("plugin 'nope' not enabled") });
    expect(plugin('rate-limiting', {})).toEqual({
      '@entity': { 1: expect.stringContaining('at least one of these fields must be non-empty') },
    });
    expect(plugin('rate-limiting', { minute: 1, hour: 0.5 })).toEqual({
      config: 'The limit for hour(0.5) cannot be lower than the limit for minute(1.0)',
    });
    expect(plugin('rate-limiting', { minute: 1, policy: 'redis' })).toEqual({
      config: { redis: { host: 'required field missing' } },
      '@entity': { 1: "failed conditional validation given value of field 'config.policy'" },
    });
    expect(plugin('rate-limiting', { minute: 1, redis: { host: 'a:1' }, policy: 'redis' })).toMatchObject({
      config: { redis: { host: 'must not have a port' } },
    });
    expect(plugin('acme', { account_email: 'a@b.c', storage: 'kong' })).toEqual({
      '@entity': { 1: '"kong" storage can\'t be used with dbless mode' },
    });
    expect(
      plugin('request-transformer', {
        add: { headers: ['a b:1'], body: ['x'] },
        rename: { headers: ['nocolon'] },
      }),
    ).toEqual({
      config: {
        add: { headers: { 1: "'a b' is not a valid header" }, body: { 1: "key 'x' has no value" } },
        rename: { headers: { 1: 'invalid value: nocolon' } },
      },
    });
    expect(plugin('request-transformer', { add: { body: ['x:$(1+)'] } })).toMatchObject({
      config: { add: { body: { 1: expect.stringContaining('is not in supported format') } } },
    });
    expect(plugin('request-transformer', { add: { body: ['x:$(headers.a)', 'y:$(open'] } })).toBeUndefined();
  });

  it('takes vault references only where the schema lets them', () => {
    expect(plugin('http-log', { http_endpoint: '{vault://env/x}' })).toBeUndefined();
    expect(problemsOf('services', { host: '{vault://env/x}' })).toEqual({
      host: expect.stringContaining('invalid value'),
    });
  });

  it('knows transformations that need their inputs together', () => {
    expect(problemsOf('basicauth_credentials', { username: 'u', password: 'p' })).toEqual({
      consumer: 'required field missing',
      '@entity': { 1: "all or none of these fields must be set: 'password', 'consumer.id'" },
    });
  });

  it('breaks where Kong does: a wrong shorthand, a scalar where a record is looked into', () => {
    expect(() => problemsOf('services', { url: 5 })).toThrow(LuaError);
    expect(() => plugin('rate-limiting', { minute: 1, redis_port: '6379' })).toThrow(LuaError);
    expect(() => problemsOf('plugins', { name: 5 })).toThrow(LuaError);
    expect(() => problemsOf('plugins', { name: 'rate-limiting', config: 5 })).toThrow(LuaError);
    expect(() => problemsOf('routes', { paths: ['/x'], service: 5 })).toThrow(LuaError);
  });
});

describe('filling in', () => {
  it('expands url over host, port, protocol and path', () => {
    const service = filled('services', { url: 'https://a.test/x?y#z', host: 'b.test', port: 1 });
    expect(['protocol', 'host', 'port', 'path'].map((name) => service.get(name))).toEqual([
      'https',
      'a.test',
      443,
      '/x',
    ]);
    expect(filled('services', { url: '//a.test:443' }).get('protocol')).toBe('https');
  });

  it('lets algorithm and hash_on rewrite each other', () => {
    const upstream = (input: object): unknown[] => {
      const entity = filled('upstreams', { name: 'u', ...input });
      return [entity.get('algorithm'), entity.get('hash_on')];
    };
    expect(upstream({})).toEqual(['round-robin', 'none']);
    expect(upstream({ algorithm: 'consistent-hashing' })).toEqual(['consistent-hashing', 'none']);
    expect(upstream({ algorithm: 'consistent-hashing', hash_on: 'none' })).toEqual(['round-robin', 'none']);
    expect(upstream({ hash_on: 'ip' })).toEqual(['consistent-hashing', 'ip']);
    expect(upstream({ algorithm: 'latency', hash_on: 'ip' })).toEqual(['latency', 'none']);
  });

  it('drops repetitions from sets, fills records, and keeps explicit nulls', () => {
    expect(filled('services', { host: 'a', tags: ['x', 'x', 'y'] }).get('tags')).toEqual(['x', 'y']);
    expect(filled('services', { host: 'a', retries: null }).get('retries')).toBeNull();
    const config = filled('plugins', { name: 'cors', config: false }).get('config');
    expect((config as Map<string, unknown>).get('preflight_continue')).toBe(false);
  });

  it('keeps a deprecated field’s successor when it is given, too', () => {
    const config = filled('plugins', {
      name: 'rate-limiting',
      config: { minute: 1, redis_host: 'old.test' },
    }).get('config');
    expect(((config as Map<string, unknown>).get('redis') as Map<string, unknown>).get('host')).toBe(
      'old.test',
    );
    expect(() =>
      plugin('rate-limiting', { minute: 1, redis_host: 'old.test', redis: { host: 'new.test' } }),
    ).toThrow(LuaError);
  });
});
