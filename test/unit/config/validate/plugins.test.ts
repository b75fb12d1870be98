import { describe, expect, test } from '@jest/globals';
import { compile, errors } from '../compile-text.js';

/** What is told of a plugin with this config, as `path: message`. */
function told(name: string, config: string): string[] {
  const compilation = compile(`_format_version: "3.0"\nplugins: [{name: ${name}, config: ${config}}]`);
  return errors(compilation).map(({ path, message }) => {
    const [, words = ''] = /^plugin '[^']*': (.*)$/.exec(message) ?? [];
    return `${path ?? '-'}: ${words}`;
  });
}

describe("a plugin's config", () => {
  test.each<[string, string]>([
    ['cors', '{}'],
    ['cors', 'false'],
    ['cors', '{origins: ["*", "https?://a[.]test"]}'],
    ['rate-limiting', '{minute: 5, hour: 10}'],
    ['rate-limiting', '{minute: 5, policy: redis, redis: {host: r.test, port: 6379}, sync_rate: 0.5}'],
    ['rate-limiting', '{minute: 5, policy: redis, redis_host: r.test, redis_port: 6379}'],
    ['rate-limiting', '{minute: 5, redis: {password: "{vault://env/x}"}}'],
    ['http-log', '{http_endpoint: "{vault://env/log}"}'],
    ['http-log', '{http_endpoint: "http://u:p@log.test", headers: {x-key: a}}'],
    ['session', '{secret: s, cookie_lifetime: 10, cookie_renew: 1, cookie_samesite: "off"}'],
    ['acme', '{account_email: a@b.test, tos_accepted: true, storage_config: false}'],
    ['opentelemetry', '{endpoint: "http://otel.test"}'],
    ['pre-function', '{access: ["return 1"]}'],
    ['request-transformer', '{add: {headers: [a:b], querystring: ["a:$(headers.x)"]}}'],
    ['proxy-cache', '{strategy: memory}'],
    ['response-ratelimiting', '{limits: {video: {minute: 1}}}'],
  ])('%s %s is fine', (name, config) => {
    expect(told(name, config)).toEqual([]);
  });

  test.each<[string, string, readonly string[]]>([
    ['cors', 'null', ['plugins[0].config: config must not be null']],
    ['cors', '{max_age: x}', ['plugins[0].config.max_age: config.max_age must be a number, not a text']],
    ['cors', '{orgins: []}', ["plugins[0].config.orgins: unknown field 'orgins'"]],
    [
      'cors',
      '{origins: ["("]}',
      [
        'plugins[0].config.origins[0]: config.origins[0] is no regular expression that Kong (PCRE) can compile',
      ],
    ],
    [
      'cors',
      '{methods: [GTE]}',
      [
        'plugins[0].config.methods[0]: config.methods[0] must be GET, HEAD, PUT, PATCH, POST, DELETE, OPTIONS, TRACE or CONNECT',
      ],
    ],
    [
      'key-auth',
      '{key_names: ["a b"]}',
      ['plugins[0].config.key_names[0]: config.key_names[0] may hold letters, digits, - and _ only'],
    ],
    [
      'rate-limiting',
      '{}',
      [
        'plugins[0]: needs config.second, config.minute, config.hour, config.day, config.month or config.year',
      ],
    ],
    ['rate-limiting', '{minute: 0}', ['plugins[0].config.minute: config.minute must be greater than 0']],
    [
      'rate-limiting',
      '{minute: 5, hour: 4}',
      ['plugins[0].config.hour: config.hour must not be lower than the limit for a minute'],
    ],
    [
      'rate-limiting',
      '{minute: 5, policy: redis}',
      ['plugins[0].config.redis.host: config.redis.host is needed with this config.policy'],
    ],
    [
      'rate-limiting',
      '{minute: 5, sync_rate: 1}',
      ['plugins[0].config.sync_rate: config.sync_rate works only with policy: redis'],
    ],
    [
      'rate-limiting',
      '{minute: 5, redis_host: 5}',
      ['plugins[0].config.redis_host: config.redis_host must be a text, not a number'],
    ],
    [
      'rate-limiting',
      '{minute: 5, redis: {port: 1}, redis_port: 2}',
      ['plugins[0].config.redis_port: config.redis_port cannot stand beside redis.port with another value'],
    ],
    [
      'rate-limiting',
      '{minute: 5, redis_server_name: "a b"}',
      ['plugins[0].config.redis_server_name: config.redis_server_name must be a host name'],
    ],
    ['http-log', '{}', ["plugins[0].config.http_endpoint: the field 'http_endpoint' is missing"]],
    [
      'http-log',
      '{http_endpoint: log.test}',
      [
        'plugins[0].config.http_endpoint: config.http_endpoint must be a URL with scheme and host, such as http://example.test',
      ],
    ],
    [
      'http-log',
      '{http_endpoint: "http://u:p@log.test", headers: {Authorization: x}}',
      [
        'plugins[0].config.headers: config.headers must not hold Authorization beside a user in http_endpoint',
      ],
    ],
    [
      'file-log',
      '{path: /tmp/x, custom_fields_by_lua: {a: "return ("}}',
      [
        'plugins[0].config.custom_fields_by_lua.a: config.custom_fields_by_lua.a is no Lua that compiles (its line 1)',
      ],
    ],
    [
      'pre-function',
      '{}',
      [
        'plugins[0]: needs config.certificate, config.rewrite, config.access, config.header_filter, config.body_filter or config.log',
      ],
    ],
    [
      'pre-function',
      '{access: ["if"]}',
      ['plugins[0].config.access[0]: config.access[0] is no Lua that compiles (its line 1)'],
    ],
    [
      'request-termination',
      '{message: a, body: b}',
      ['plugins[0].config.message: config.message cannot stand beside content_type or body'],
    ],
    [
      'request-transformer',
      '{rename: {headers: ["a b:c"]}}',
      [
        'plugins[0].config.rename.headers[0]: config.rename.headers[0] must be two names of headers with a colon between them',
      ],
    ],
    [
      'request-transformer',
      '{add: {body: ["a:$(1 +)"]}}',
      ['plugins[0].config.add.body[0]: config.add.body[0] holds a $(...) whose inside is no Lua expression'],
    ],
    [
      'oauth2',
      '{}',
      [
        'plugins[0].config: config needs one of enable_authorization_code, enable_implicit_grant, enable_client_credentials, enable_password_grant to be true',
      ],
    ],
    [
      'acme',
      '{account_email: a@b.test, storage: kong, tos_accepted: true}',
      [
        'plugins[0].config.storage: config.storage must not be kong without a database: use shm, redis, consul or vault',
      ],
    ],
    [
      'ip-restriction',
      '{allow: [10.0.0.300]}',
      ['plugins[0].config.allow[0]: config.allow[0] must be an IP address or a range such as 10.0.0.0/8'],
    ],
    [
      'response-ratelimiting',
      '{limits: []}',
      ['plugins[0].config.limits: config.limits must be a mapping, not a list'],
    ],
    [
      'response-ratelimiting',
      '{limits: {a: {}}}',
      ['plugins[0].config.limits.a: config.limits.a needs second, minute, hour, day, month or year'],
    ],
    [
      'zipkin',
      '{static_tags: [{name: a, value: b}, {name: a, value: c}]}',
      ['plugins[0].config.static_tags[1].name: config.static_tags[1].name is there before'],
    ],
    [
      'aws-lambda',
      '{function_name: f, aws_key: a}',
      ['plugins[0]: needs all or none of config.aws_key, config.aws_secret'],
    ],
    [
      'proxy-cache',
      '{strategy: memory, memory: {dictionary_name: nope}}',
      [
        'plugins[0].config.memory.dictionary_name: config.memory.dictionary_name is no shared memory zone of Kong, such as kong_db_cache',
      ],
    ],
    [
      'datadog',
      '{metrics: [{name: latency, stat_type: counter}]}',
      [
        'plugins[0].config.metrics[0].sample_rate: config.metrics[0].sample_rate is needed with this stat_type',
      ],
    ],
    [
      'bot-detection',
      '{deny: ["["]}',
      ['plugins[0].config.deny[0]: config.deny[0] is no regular expression that Kong (PCRE) can compile'],
    ],
  ])('%s %s', (name, config, expected) => {
    expect(told(name, config)).toEqual(expected);
  });

  test('is told on the line where it stands, nested too, with the near name', () => {
    const [finding] = errors(
      compile(`_format_version: "3.0"
services:
- name: a
  host: h
  routes:
  - name: r
    paths: [/]
    plugins:
    - name: rate-limiting
      config:
        minute: 5
        polcy: local
`),
    );
    expect(finding).toMatchObject({
      line: 12,
      column: 9,
      path: 'services[0].routes[0].plugins[0].config.polcy',
      hint: "did you mean 'policy'?",
      entity: { type: 'plugins', name: 'rate-limiting' },
    });
  });

  test('of a plugin that nobody knows is not looked into', () => {
    expect(told('my-own', '{anything: [goes]}')).toEqual([]);
    expect(told('constructor', '{anything: [goes]}')).toEqual([]);
  });
});

describe('certificates, keys and vaults', () => {
  test.each<[string, string]>([
    ['certificates: [{cert: x, key: y}]', 'certificates[0].cert certificates[0].key'],
    ['ca_certificates: [{cert: "{vault://env/x}"}]', 'ca_certificates[0].cert'],
    ['keys: [{kid: a, jwk: "{}"}]', 'keys[0].jwk'],
    [
      'keys: [{kid: a, pem: {public_key: x, private_key: y}}]',
      'keys[0].pem.public_key keys[0].pem.private_key',
    ],
    [
      'consumers: [{username: u, jwt_secrets: [{key: k, algorithm: RS256, rsa_public_key: x}]}]',
      'consumers[0].jwt_secrets[0].rsa_public_key',
    ],
    ['vaults: [{name: aws, prefix: my-env}]', 'vaults[0].name'],
    ['vaults: [{name: env, prefix: my-env, config: {prefx: x}}]', 'vaults[0].config.prefx'],
    ['vaults: [{name: env, prefix: my-env, config: {prefix: 1a}}]', 'vaults[0].config.prefix'],
    ['routes: [{name: r, paths: ["~/a(?=b)"]}]', 'routes[0].paths[0]'],
    ['routes: [{name: r, paths: ["~/a("]}]', 'routes[0].paths[0]'],
    ['routes: [{name: r, headers: {x: ["~*(?=b)"]}}]', 'routes[0].headers.x[0]'],
  ])('%s', (text, paths) => {
    const found = errors(compile(`_format_version: "3.0"\n${text}`));
    expect(found.map(({ path }) => path).join(' ')).toBe(paths);
  });

  test.each([
    'certificates: [{cert: "{vault://env/c}", key: "{vault://env/k}"}]',
    'consumers: [{username: u, jwt_secrets: [{key: k, secret: s, algorithm: ES256, rsa_public_key: x}]}]',
    'vaults: [{name: env, prefix: my-env, config: {prefix: -a}}]',
    'upstreams: [{name: u, healthchecks: {active: false}}]',
    'routes: [{name: r, paths: ["~/(?<id>[0-9]+)$"], headers: {x: ["~*^A"]}}]',
  ])('%s is fine', (text) => {
    expect(errors(compile(`_format_version: "3.0"\n${text}`))).toEqual([]);
  });
});
