import { describe, expect, test } from '@jest/globals';
import { brief, compile, errors, sealed } from '../compile-text.js';

const deck = { deck: true, env: { DECK_HOST: 'a.test' } };

describe('with --deck', () => {
  test('defaults fill in what is absent or empty, tags are added, plugin configs expanded', () => {
    const config = sealed(
      compile(
        `
_format_version: "3.0"
_workspace: default
_info:
  select_tags: [b, a]
  defaults:
    service: {retries: 3, port: 81, path: /d}
    route: {strip_path: false, protocols: [https]}
    upstream: {healthchecks: {threshold: 1, passive: {type: http}}}
_plugin_configs:
  limits: {minute: 5, policy: local, redis: {host: x, port: 1}}
services:
- {name: s, host: "\${{ env "DECK_HOST" }}", retries: 0, routes: [{name: r, paths: [/a], protocols: []}]}
- {name: u, url: "http://h.test:90"}
upstreams:
- {name: up, healthchecks: {passive: {healthy: {successes: 1}}}, tags: [a]}
plugins:
- {name: rate-limiting, _config: limits, config: {minute: 7, redis: {port: 2}}, service: {name: s}}
consumers:
- {username: c, keyauth_credentials: [{key: k}]}
`,
        deck,
      ),
    );
    const tags = ['a', 'b'];
    expect(config).toEqual({
      _format_version: '3.0',
      services: [
        {
          name: 's',
          host: 'a.test',
          retries: 0,
          port: 81,
          path: '/d',
          tags,
          routes: [{ name: 'r', paths: ['/a'], protocols: ['https'], strip_path: false, tags }],
        },
        { name: 'u', url: 'http://h.test:90', retries: 3, tags },
      ],
      upstreams: [
        {
          name: 'up',
          healthchecks: { threshold: 1, passive: { type: 'http', healthy: { successes: 1 } } },
          tags,
        },
      ],
      plugins: [
        {
          name: 'rate-limiting',
          config: { minute: 7, policy: 'local', redis: { host: 'x', port: 2 } },
          service: 's',
          tags,
        },
      ],
      consumers: [{ username: 'c', tags, keyauth_credentials: [{ key: 'k', tags, id: expect.any(String) }] }],
    });
  });

  test('settings of one document hold for all', () => {
    const config = sealed(
      compile(
        {
          'b.yaml': '_format_version: "3.0"\nplugins: [{name: cors, _config: c}]',
          'a.yaml': '_format_version: "3.0"\n_plugin_configs: {c: {max_age: 1}}\n_info: {select_tags: [t]}',
        },
        deck,
      ),
    );
    expect(config['plugins']).toEqual([{ name: 'cors', config: { max_age: 1 }, tags: ['t'] }]);
  });

  test('two documents that say a setting differently are told', () => {
    const text = (age: number): string => `_format_version: "3.0"\n_plugin_configs: {c: {max_age: ${age}}}`;
    const compilation = compile(
      { 'a.yaml': text(1), 'b.yaml': text(2), 'c.yaml': text(1) },
      { ...deck, allowEmpty: true },
    );
    expect(errors(compilation)).toMatchObject([{ file: 'b.yaml', path: '_plugin_configs.c', line: 2 }]);
  });

  test.each([
    ['_workspace: prod', 'error 2:1 _workspace deck'],
    ['_konnect: {}', 'error 2:1 _konnect deck'],
    ['_info: {default_lookup_tags: {}}', 'error 2:9 _info.default_lookup_tags deck'],
    ['_info: {skip_hash_for_basic_auth: true}', 'error 2:9 _info.skip_hash_for_basic_auth deck'],
    ['_info: {defaults: {plugin: {}}}', 'error 2:20 _info.defaults.plugin deck'],
    ['_info: {select_tags: x}', 'error 2:9 _info.select_tags deck'],
    ['_info: []', 'error 2:1 _info deck'],
    ['plugins: [{name: cors, _config: x}]', 'error 2:33 plugins[0]._config deck'],
    ['services: [{host: "${{ env "HOME" }}"}]', 'error 2:19 services[0].host out-of-range'],
  ])('%s is refused', (text, finding) => {
    expect(brief(compile(`_format_version: "3.0"\n${text}`, { ...deck, allowEmpty: true }))).toContain(
      finding,
    );
  });
});

describe('without --deck', () => {
  test("decK's keys are errors that name the setting", () => {
    const compilation = compile(
      '_format_version: "3.0"\n_info: {}\n_plugin_configs: {}\nplugins: [{name: cors, _config: x}]',
    );
    expect(errors(compilation).map(({ path, hint }) => [path, hint?.includes('--deck')])).toEqual([
      ['_info', true],
      ['_plugin_configs', true],
      ['plugins[0]._config', true],
    ]);
  });

  test('a placeholder is held', () => {
    const compilation = compile(
      '_format_version: "3.0"\n_comment: \'${{ x }}\'\nconsumers: [{username: c, keyauth_credentials: [{key: \'${{ env "DECK_X" }}\'}]}]',
    );
    expect(compilation.valid).toBe(true);
    expect(brief(compilation)).toEqual(['hold 3:55 consumers[0].keyauth_credentials[0].key placeholder']);
  });

  test('a text that only decK could read says so', () => {
    expect(compile('a: "${{ env "X" }}"').findings[0]?.hint).toContain('--deck');
  });
});
