import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dump } from 'js-yaml';
import { createExcerpts } from '../../../../src/config/excerpt/excerpt.js';
import type { Excerpt } from '../../../../src/config/excerpt/excerpt.js';
import { fieldsOf } from '../../../../src/config/schema/kong-schema.js';
import type { KongField, KongSchema } from '../../../../src/config/schema/kong-schema.js';
import { compile } from '../compile-text.js';

const PLANTED = 'hunter2';

/** Every line of a text, as it is shown when something on it is found. */
function shownLines(text: string, deck = false): (string | undefined)[] {
  const excerpt = createExcerpts(text, deck);
  return text.split('\n').map((_, at) => excerpt({ line: at + 1, column: 1 })?.text);
}
const shown = (text: string, deck = false): string => shownLines(text, deck).join('\n');

/** What the caret stands under: the part of the shown text in those columns. */
const underlined = ({ text, before, width }: Excerpt): string => text.slice(before, before + width);

describe('values that are no secret stay readable', () => {
  test.each([
    'services: [{name: a, host: h.example, port: "80", tags: [a b, c], path: /x, url: "http://h:80/x"}]',
    'routes: [{name: r, paths: ["/x", "~/y$"], hosts: ["*.h"], methods: [GET], service: a, headers: {}}]',
    'plugins: [{name: rate-limiting, service: {id: s}, config: {minute: 5, policy: local, redis: {host: r, port: 1}}}]',
    'plugins: [{name: cors, config: {origins: ["https://a.example"], max_age: "x"}}]',
    'consumers: [{username: ann, custom_id: "1", acls: [{group: g}], plugins: [{name: acl, config: {allow: [g]}}]}]',
    'consumers: [{keyauth_credentials: [{key: "{vault://env/ann-key}", ttl: 5, tags: [t]}]}]',
    '{"upstreams": [{"name": "u", "targets": [{"target": "10.0.0.1:80", "weight": 5}], "hash_on": "none"}]}',
    'services: [{id: 4a5b0d1c-38d6-4a4b-9a4e-000000000001, host: &h a, enabled: true, retries: ~}]',
  ])('%s', (text) => {
    expect(shownLines(text)).toEqual([text]);
  });

  test("decK's placeholders are shown, whose values nobody knows here", () => {
    const text = `consumers: [{keyauth_credentials: [{key: '\${{ env "DECK_KEY" }}'}]}]`;
    expect(shownLines(text, true)).toEqual([text]);
    const host = 'services: [{host: ${{ env "DECK_H" | toInt }}.example}]';
    expect(shownLines(host, true)).toEqual([host]);
    expect(shown(`services: [{host: \${{ env "DECK_X" | default "${PLANTED}" }}}]`, true)).not.toContain(
      PLANTED,
    );
  });
});

describe('secrets are hidden', () => {
  test.each<[string, string, string]>([
    [
      'a credential',
      `consumers: [{username: a, keyauth_credentials: [{key: ${PLANTED}}]}]`,
      'keyauth_credentials: [{key: ***}]',
    ],
    ['a number', 'basicauth_credentials: [{username: a, password: 123456}]', 'password: ***'],
    [
      'JSON on one line',
      `{"consumers":[{"username":"a","basicauth_credentials":[{"username":"a","password":"${PLANTED}"}]}]}`,
      '"password":"***"',
    ],
    [
      'an encrypted field',
      `oauth2_credentials: [{name: a, client_id: ${PLANTED}, client_secret: ${PLANTED}}]`,
      '[{name: a, client_id: ***, client_secret: ***}]',
    ],
    ['a misspelt field', `basicauth_credentials: [{username: a, pasword: ${PLANTED}}]`, 'pasword: ***'],
    [
      'a forgotten space',
      `basicauth_credentials: [{username: a, password:${PLANTED}}]`,
      '{username: a, ***}',
    ],
    ['a value where an entity belongs', `keyauth_credentials: [${PLANTED}]`, '[***]'],
    ['a mapping where a text belongs', `services: [{host: {x: ${PLANTED}}}]`, '{host: {x: ***}}'],
    ['a stray key', `basicauth_credentials: [{password: {{ ${PLANTED} }}}]`, '{{ *** }}'],
    ['an unknown key at the top', `consumrs: [{username: ${PLANTED}}]`, 'consumrs: [{username: ***}]'],
    [
      'a token',
      `oauth2_tokens: [{access_token: ${PLANTED}, authenticated_userid: ${PLANTED}}]`,
      'access_token: ***',
    ],
    ['a parameter', `parameters: [{key: ${PLANTED}, value: ${PLANTED}}]`, '[{key: ***, value: ***}]'],
    ['a session', `sessions: [{session_id: ${PLANTED}, data: ${PLANTED}}]`, 'data: ***'],
    ['ACME storage', `acme_storage: [{key: ${PLANTED}, value: ${PLANTED}}]`, 'value: ***'],
    ['a vault', `vaults: [{name: hcv, prefix: v, config: {token: ${PLANTED}}}]`, 'config: {token: ***}'],
    ['a key', `keys: [{name: k, kid: k, pem: {private_key: ${PLANTED}}}]`, 'pem: {private_key: ***}'],
    [
      'a plugin, by its schema',
      `plugins: [{name: aws-lambda, config: {aws_secret: ${PLANTED}, host: h}}]`,
      'aws_secret: ***, host: h',
    ],
    [
      'a plugin, by its field',
      `plugins: [{name: request-transformer, config: {add: {headers: ["x:${PLANTED}"]}}}]`,
      'headers: ["***"]',
    ],
    [
      'a plugin of code',
      `plugins: [{name: pre-function, config: {access: ["x='${PLANTED}'"]}}]`,
      'access: ["***"]',
    ],
    [
      'a plugin, misspelt',
      `plugins: [{name: rate-limitting, config: {redis: {host: ${PLANTED}}}}]`,
      'host: ***',
    ],
    [
      'a plugin that comes after its config',
      `plugins: [{config: {any: ${PLANTED}}, name: mine}]`,
      'any: ***',
    ],
    [
      'a plugin with two names',
      `plugins: [{name: mine, config: {host: ${PLANTED}}, name: aws-lambda}]`,
      'host: ***',
    ],
    [
      'an unknown field of a plugin',
      `plugins: [{name: rate-limiting, config: {redis_pw: ${PLANTED}}}]`,
      'redis_pw: ***',
    ],
    ["decK's shared configs", `_plugin_configs: {a: {key: ${PLANTED}}}`, 'key: ***'],
    [
      'a header that is sent',
      `upstreams: [{healthchecks: {active: {headers: {authorization: [${PLANTED}]}}}}]`,
      'authorization: [***]',
    ],
    ['a URL with a password', `services: [{url: "http://bob:${PLANTED}@h/x"}]`, 'url: "http://***@h/x"'],
    [
      'a URL with a query',
      `plugins: [{name: zipkin, config: {http_endpoint: "http://h/x?k=${PLANTED}"}}]`,
      '"http://h/x?***"',
    ],
    ['a bearer token in a tag', `services: [{tags: ["Bearer ${PLANTED}"]}]`, 'tags: ["***"]'],
    ['a comment', `services: # ${PLANTED}`, 'services: #***'],
    ['a directive', `%FOO ${PLANTED}\n---\n{}`, '%***'],
    [
      'an anchor that was meant as a value',
      `basicauth_credentials: [{password: &${PLANTED} }]`,
      'password: &***',
    ],
    [
      'a tag that was meant as a value',
      `basicauth_credentials: [{password: !${PLANTED} x}]`,
      'password: *** ***',
    ],
  ])('%s', (_, text, masked) => {
    expect(shown(text)).toContain(masked);
    expect(shown(text)).not.toContain(PLANTED);
  });

  test('on every line of a text of several', () => {
    for (const value of [
      `|\n    ${PLANTED}\n    ${PLANTED}`,
      `>-\n    ${PLANTED}`,
      `"a\n   ${PLANTED}"`,
      `a\n   ${PLANTED}`,
    ]) {
      const text = `certificates:\n- key: ${value}\n  cert: ${value}\n`;
      expect(shown(text)).not.toContain(PLANTED);
      expect(shown(text)).toContain('  cert: ');
    }
  });

  test('where an alias makes a secret of what stands at a harmless place', () => {
    const text = `services: [{host: h, tags: [&t ${PLANTED}]}]\nbasicauth_credentials: [{username: a, password: *t}]`;
    expect(shown(text)).not.toContain(PLANTED);
    const merged = `a: &a {username: a, password: ${PLANTED}}\nbasicauth_credentials: [{<<: *a}, {<<: [*a]}]`;
    expect(shown(merged)).not.toContain(PLANTED);
  });

  test('in merged plugins, whose config may be that of another', () => {
    const text = `x: &x {config: {host: ${PLANTED}}}\nplugins: [{<<: *x, name: mine}]`;
    expect(shown(text)).not.toContain(PLANTED);
  });

  test('when aliases lead to the same values more often than anybody wants to look', () => {
    const lists = Array.from(
      { length: 30 },
      (_, n) => `- &l${n} [${n > 0 ? `*l${n - 1}, *l${n - 1}` : PLANTED}]`,
    );
    expect(shown(`_ignore:\n${lists.join('\n')}`)).not.toContain(PLANTED);
  });

  test('beside what is found on the same line', () => {
    const text = `_format_version: "3.0"\nconsumers: [{usrname: a, keyauth_credentials: [{key: ${PLANTED}, ttl: x}]}]`;
    const excerpt = createExcerpts(text, false);
    const excerpts = compile(text).findings.map((finding) => excerpt(finding)!);
    expect(excerpts.map(underlined)).toContain('usrname');
    expect(excerpts.map(({ text: line }) => line).join()).not.toContain(PLANTED);
  });

  test('wherever a configuration is written, in whatever style', () => {
    const secret = fc.stringMatching(/^[a-z]{4}Z[0-9]{4}$/);
    const place = fc.constantFrom<(value: unknown) => object>(
      (value) => ({ consumers: [{ username: 'a', keyauth_credentials: [{ key: value }] }] }),
      (value) => ({ consumers: [{ jwt_secrets: [{ secret: value, key: 'k', algorithm: 'HS256' }] }] }),
      (value) => ({ plugins: [{ name: 'mine', config: { list: ['x', { deep: value }] } }] }),
      (value) => ({
        services: [{ routes: [{ plugins: [{ name: 'session', config: { secret: value } }] }] }],
      }),
      (value) => ({ certificates: [{ key: value, cert: value, snis: [{ name: 'a' }] }] }),
      (value) => ({ vaults: [{ name: 'v', config: { token: value } }] }),
      (value) => ({ servces: [{ host: value }] }),
    );
    const write = fc.constantFrom(
      (value: object) => JSON.stringify(value),
      (value: object) => JSON.stringify(value, null, 2),
      (value: object) => JSON.stringify(value).replaceAll('"', "'").replaceAll("':", "': "),
      (value: object) => JSON.stringify(value, null, 1).replaceAll(/"(\w+)"/g, '$1'),
      (value: object) => JSON.stringify(value).slice(0, -1),
      (value: object) => JSON.stringify(value, null, 2).replace('[', '[['),
    );
    fc.assert(
      fc.property(secret, place, write, fc.nat(300), (value, put, format, column) => {
        const text = format(put(value));
        const excerpt = createExcerpts(text, false);
        const lines = text.split('\n').map((_, line) => excerpt({ line: line + 1, column })?.text);
        expect(lines.join('\n')).not.toContain(value);
      }),
    );
  });
});

test('no secret shows in YAML of any style, broken or not, on whatever line and column', () => {
  const secret = fc.constantFrom(
    ...['', ' and more', '\nhunter2\n', ': x', ' # x', "'", '"', '\t', ':'].map((end) => PLANTED + end),
    ...['"', '{', '[', '*', '&', '!', '| ', '#', '%', '@', '? ', '- ', '-----BEGIN X-----\n', '\t'].map(
      (start) => start + PLANTED,
    ),
  );
  const config = fc
    .array(secret, { minLength: 6, maxLength: 6 })
    .map(([one, two, three, four, five, six]) => ({
      services: [
        {
          host: 'h',
          plugins: [
            { name: 'mine', config: { a: one, b: [two, { c: three }] } },
            { name: 'aws-lambda', config: { aws_secret: four, function_name: 'f' } },
          ],
        },
      ],
      consumers: [{ username: 'ann', keyauth_credentials: [{ key: five, tags: ['x'] }] }],
      certificates: [{ key: six, cert: one }],
    }));
  const style = fc.record({
    indent: fc.constantFrom(1, 2, 4),
    flowLevel: fc.integer({ min: -1, max: 5 }),
    lineWidth: fc.constantFrom(20, 40, -1),
    forceQuotes: fc.boolean(),
    quoteStyle: fc.constantFrom<'double' | 'single'>('double', 'single'),
  });
  const damage = fc.oneof(
    fc.constant((text: string) => text),
    fc.constant((text: string) => text.replaceAll('\n', '\r\n')),
    fc.constant((text: string) => text.replaceAll(/([[{,]) ?/g, '$1\n')),
    fc.nat(400).map((at) => (text: string) => text.slice(0, at)),
    fc
      .tuple(fc.nat(400), fc.constantFrom('{', ']', '"', "'", ':', ' ', '\n', '- ', '#', '&', '*', '|', '\t'))
      .map(
        ([at, char]) =>
          (text: string) =>
            text.slice(0, at) + char + text.slice(at),
      ),
  );
  fc.assert(
    fc.property(config, style, damage, fc.nat(100), (value, options, harm, column) => {
      const text = harm(dump(value, options));
      const excerpt = createExcerpts(text, false);
      for (const line of text.split('\n').keys()) {
        expect(excerpt({ line: line + 1, column: column + 1 })?.text ?? '').not.toMatch(/hunt|nter2/);
      }
    }),
    { numRuns: 300 },
  );
});

describe('every field that Kong marks as encrypted or referenceable is hidden', () => {
  const schemasIn = (file: string): [string, KongSchema][] =>
    Object.entries(
      JSON.parse(readFileSync(`schemas/kong-3.9/${file}`, 'utf8')) as Record<string, KongSchema>,
    );
  /** Values of a field, each with the planted secret at one marked place. */
  const plant = (field: KongField): unknown[] => {
    if (field.encrypted === true || field.referenceable === true)
      return [field.type === 'map' ? { a: PLANTED } : PLANTED];
    const below = Array.from(fieldsOf({ fields: field.fields ?? [] }));
    return [
      ...below.flatMap(([name, inner]) => plant(inner).map((value) => ({ [name]: value }))),
      ...(field.elements ? plant(field.elements).map((value) => [value]) : []),
      ...(field.values ? plant(field.values).map((value) => ({ a: value })) : []),
    ];
  };
  const record = ({ fields }: Pick<KongSchema, 'fields'>): unknown[] => plant({ type: 'record', fields });

  test('of entities', () => {
    const planted = schemasIn('entities.json').flatMap(([type, schema]) =>
      record(schema).map((entity) => JSON.stringify({ [type]: [entity] })),
    );
    expect(planted.length).toBeGreaterThan(8);
    for (const text of planted) expect(shown(text)).toContain('"***"');
  });

  test('of plugins', () => {
    const planted = schemasIn('plugins.json').flatMap(([name, schema]) =>
      record(schema).map((plugin) => JSON.stringify({ plugins: [{ name, ...(plugin as object) }] })),
    );
    expect(planted.length).toBeGreaterThan(40);
    for (const text of planted) expect(shown(text)).toContain('"***"');
  });
});

describe('of a text that nobody can parse, only words of Kong are shown', () => {
  test.each([
    [`password: "${PLANTED}\n`, ['password: ***', '']],
    [`  host: a: ${PLANTED}`, ['  host: ***']],
    [`- {name: a, password: ${PLANTED}`, ['- {name: ***']],
    [`{\n  "key": "${PLANTED}",\n  "${PLANTED}": 1,\n  ]`, ['{', '  "key": ***', undefined, '  ]']],
    [`a: [\n${PLANTED}`, [undefined, undefined]],
    [`services:\n- name: a\n\thost: ${PLANTED}`, ['services:', '- name: ***', '    host: ***']],
    [`key: |\n  x\n x\n ${PLANTED}: "`, ['key: ***', undefined, undefined, undefined]],
  ])('%j', (text, lines) => {
    expect(shownLines(text)).toEqual(lines);
  });

  test('what is no text, or too large, has no lines', () => {
    const bytes = Uint8Array.from([0xff, 0xfe, 0x00, 0xd8]);
    expect(createExcerpts(bytes, false)({ line: 1, column: 1 })).toBeUndefined();
    expect(createExcerpts('x'.repeat(33 << 20), false)({ line: 1, column: 1 })).toBeUndefined();
  });
});
