import { describe, expect, test } from '@jest/globals';
import { createCompiler } from '../../../src/config/compile.js';
import { formatFinding } from '../../../src/config/finding.js';
import { OPTIONS, brief, compile, errors } from './compile-text.js';

const HEAD = '_format_version: "3.0"\n';

describe('a compilation', () => {
  test('tells everything that is wrong at once, in source order, with places, entities and hints', () => {
    const compilation = compile(`_format_version: "3.0"
servces: []
services:
- name: a
  host: x:80
  prt: 80
  retries: "5"
  tags: [ok, 7]
  routes:
  - name: r
    paths: [foo]
    headers: {a b: [y]}
  - hosts: [h]
    plugins: [{name: cors, config: null}]
- url: ftp://x:99999
- 5
plugins:
- {name: cors, service: b}
`);
    expect(brief(compilation)).toEqual([
      'error 2:1 servces unknown-field',
      'error 5:9 services[0].host bad-value',
      'error 6:3 services[0].prt unknown-field',
      'error 7:12 services[0].retries wrong-type',
      'error 8:14 services[0].tags[1] wrong-type',
      'error 11:13 services[0].routes[0].paths[0] bad-value',
      'error 12:15 services[0].routes[0].headers["a…"] bad-key',
      'error 14:36 services[0].routes[1].plugins[0].config wrong-type',
      'error 15:8 services[1].url not-allowed',
      'error 15:8 services[1].url out-of-range',
      'error 16:3 services[2] not-an-entity',
      'error 18:25 plugins[0].service dangling-reference',
    ]);
    expect(compilation).toMatchObject({ valid: false });
    expect(compilation).not.toHaveProperty('revision');
    expect(compilation.findings[2]).toEqual({
      severity: 'error',
      code: 'unknown-field',
      message: "service 'a': unknown field 'prt'",
      hint: "did you mean 'port'?",
      file: 'kong.yaml',
      line: 6,
      column: 3,
      endLine: 6,
      endColumn: 6,
      path: 'services[0].prt',
      entity: { type: 'services', name: 'a' },
    });
  });

  test.each([
    ['', 'error 1:1 - not-a-config'],
    ['# nothing', 'error 1:1 - not-a-config'],
    ['[1]', 'error 1:1 - not-a-config'],
    ['x', 'error 1:1 - not-a-config'],
    ['~', 'error 1:1 _format_version format-version'],
    ['{}', 'error 1:1 _format_version format-version'],
    ['_format_version: 3.0', 'error 1:18 _format_version format-version'],
    ['_format_version: "3.1"', 'error 1:18 _format_version format-version'],
    ['_format_version: "3.0"\n_transform: x', 'error 2:13 _transform wrong-type'],
    ['_format_version: "3.0"\n_comment: ""', 'error 2:11 _comment wrong-type'],
    ['_format_version: "3.0"\n_ignore: [~]', 'error 2:10 _ignore wrong-type'],
    ['_format_version: "3.0"\nservices: {a: b}', 'error 2:11 services not-a-list'],
    ['_format_version: "3.0"\nservices: [{host: h, routes: x}]', 'error 2:30 services[0].routes not-a-list'],
    ['_format_version: "3.0"\nservices: [{host: h, 1: x}]', 'error 2:22 - odd-key'],
    ['a: [', 'error 1:5 - text-syntax'],
  ])('%j', (text, finding) => {
    expect(brief(compile(text, { allowEmpty: true }))).toContain(finding);
  });

  test('no texts at all are an error', () => {
    expect(compile({})).toMatchObject({ valid: false, findings: [{ code: 'no-sources' }] });
  });
});

describe('what is held, and what is warned of, is valid nevertheless', () => {
  test.each([
    [HEAD, 'hold 1:1 - no-entities'],
    [`${HEAD}services: []`, 'hold 1:1 - no-entities'],
    [`${HEAD}consumers: [{username: a}]\n---\nservices: []`, 'hold 4:1 - second-document'],
    [`${HEAD}consumers: [{username: a, username: b}]`, 'warning 2:27 - duplicate-key'],
    [`${HEAD}services: [{name: a, host: b, enabled: on}]`, 'warning 2:40 - yaml-1.1'],
    [`${HEAD}plugins: [{name: mine, config: {any: 1}}]`, 'warning 2:11 plugins[0] unchecked-plugin'],
    [`${HEAD}plugins: [{name: session}]`, 'warning 2:11 plugins[0] generated-secret'],
    [
      `${HEAD}consumers: [{username: a, jwt_secrets: [{}]}]`,
      'warning 2:41 consumers[0].jwt_secrets[0] generated-secret',
    ],
  ])('%j', (text, finding) => {
    const compilation = compile(text);
    expect(brief(compilation)).toEqual([finding]);
    expect(compilation.valid).toBe(true);
    expect(compilation.revision).toBeDefined();
  });

  test('no entities are fine where that is allowed', () => {
    expect(compile(HEAD, { allowEmpty: true })).toMatchObject({ valid: true, findings: [] });
  });
});

describe('a compiler', () => {
  const texts = Array.from({ length: 50 }, (_, at) => ({
    file: `${at}.yaml`,
    text: `${HEAD}services: [{name: s${at}, host: h}]`,
  }));

  test('says of texts that change what a new one would say', () => {
    const { compile: again } = createCompiler(OPTIONS);
    const first = again(texts);
    const changed = texts.map((one, at) => (at === 7 ? { ...one, text: one.text.replace('h}', 'i}') } : one));
    for (const now of [changed, texts.slice(1), [...texts, ...texts.slice(0, 1)], texts]) {
      expect(again(now)).toEqual(createCompiler(OPTIONS).compile(now));
    }
    expect(again(changed).revision?.id).not.toBe(first.revision?.id);
  });

  test('gives what a thread may be sent', () => {
    const compilation = createCompiler(OPTIONS).compile(texts);
    expect(structuredClone(compilation)).toEqual(compilation);
  });

  test('explains refusals of the revisions it made lately, and says what it can of others', () => {
    const { compile: make, explain } = createCompiler(OPTIONS);
    const { revision } = make(texts.slice(0, 2));
    const answer = JSON.stringify({
      flattened_errors: [
        {
          entity_type: 'service',
          entity_name: 's1',
          entity: {},
          errors: [{ type: 'field', field: 'host', message: 'm' }],
        },
      ],
    });
    expect(explain(revision!.id, answer)).toMatchObject([
      { file: '1.yaml', line: 2, path: 'services[0].host' },
    ]);
    expect(explain('0'.repeat(32), answer)).toEqual([
      { severity: 'error', code: 'kong-refusal', message: 'Kong says of host: m' },
    ]);
  });
});

describe('a comparison with what Kong took earlier', () => {
  const text = (...names: string[]): string =>
    `${HEAD}services:\n${names.map((name) => `- {name: ${name}, host: h, routes: [{name: r-${name}, paths: [/]}]}\n`).join('')}`;

  test('counts what comes, goes and changes, by type', () => {
    const compiler = createCompiler(OPTIONS);
    const old = { text: text('a', 'b', 'c') };
    const { revision } = compiler.compile([
      { file: 'kong.yaml', text: text('a', 'd').replace('paths: [/]', 'paths: [/x]') },
    ]);
    expect(compiler.compare(old, revision!.id)).toEqual({
      added: { services: 1, routes: 1 },
      removed: { services: 2, routes: 2 },
      changed: { routes: 1 },
    });
  });

  test('is the same whether the old one is remembered or read again, edit after edit', () => {
    const compiler = createCompiler(OPTIONS);
    const edits = [['a', 'b', 'c'], ['b', 'c', 'd'], ['b'], ['b', 'e', 'f', 'g'], ['a', 'b', 'c']];
    let old = compiler.compile([{ file: 'kong.yaml', text: text('z') }]).revision!;
    for (const names of edits) {
      const now = compiler.compile([{ file: 'kong.yaml', text: text(...names) }]).revision!;
      const remembered = compiler.compare({ id: old.id, text: old.bytes }, now.id);
      const readAgain = createCompiler(OPTIONS);
      readAgain.compile([{ file: 'kong.yaml', text: text(...names) }]);
      expect(remembered).toEqual(readAgain.compare({ text: old.bytes }, now.id));
      // What others refer to comes first, in the order that people are shown.
      const { removed = {}, added = {} } = remembered ?? {};
      for (const counts of [removed, added]) {
        if (Object.keys(counts).length > 0) expect(Object.keys(counts)).toEqual(['services', 'routes']);
      }
      old = now;
    }
  });

  test('is not made with a text that is not valid, nor of a revision that nobody knows', () => {
    const compiler = createCompiler(OPTIONS);
    const { revision } = compiler.compile([{ file: 'kong.yaml', text: text('a') }]);
    expect(compiler.compare({ text: 'services: 5' }, revision!.id)).toBeUndefined();
    expect(compiler.compare({ text: text('a') }, 'unknown')).toBeUndefined();
    expect(compiler.compare({ text: revision!.bytes }, revision!.id)).toEqual({
      added: {},
      removed: {},
      changed: {},
    });
  });
});

describe('findings hold no secrets', () => {
  const PLANTED = 'pl4nted';
  const secret = (text: string): string => text.replaceAll('@', PLANTED);

  test.each([
    'consumers: [{username: a, keyauth_credentials: [{key: @}, {key: @}]}, {username: b, keyauth_credentials: [{key: @, nope: @}]}]',
    'consumers: [{username: a, basicauth_credentials: [{username: u, password: [@]}, {username: u, password: @}]}]',
    'consumers: [{username: a, jwt_secrets: [{key: @, secret: {a: @}, algorithm: @}, {key: @, rsa_public_key: @}]}]',
    'consumers: [{username: a, hmacauth_credentials: [{username: u, secret: 5, extra: @}]}]',
    'consumers: [{username: a, oauth2_credentials: [{name: n, client_id: @, client_secret: @, redirect_uris: ["@"]}, {client_id: @}]}]',
    'oauth2_tokens: [{credential: @, access_token: @, token_type: @, expires_in: @}]',
    'certificates: [{cert: @, key: [@]}, {key: @}]',
    'keys: [{kid: @, jwk: {a: @}, pem: {private_key: [@], x: @}}]',
    'plugins: [{name: cors, config: "@"}, {name: http-log, config: [@]}, {name: nope, config: {a: @}}]',
    'vaults: [{name: env, prefix: env, config: {prefix: @}, description: [@]}]',
    'services: [{host: "@ @", url: "http://u:@@h/ "}, {url: "x://@"}]',
    'parameters: [{key: k, value: [@]}, {key: k, value: @}]',
    'acme_storage: [{key: @, value: @}, {key: @, value: 1}]',
    'sessions: [{session_id: @, data: 5}, {session_id: @}]',
    'consumers: [{username: a, basicauth_credentials: [{username: u, password:@}, {username: u, password @}]}]',
    '{password:@, password:@}',
    'routes: [{headers: {password=@: 1}}]',
    'x: "@\\q"',
    'x: !@{ a',
    'x: *@',
    'x: &@, [',
    '{"a": "@',
    '%TAG @ @',
    'x: "@" @',
  ])('%s', (text) => {
    for (const deck of [false, true]) {
      const compilation = compile(HEAD + secret(text), { deck, env: { DECK_X: PLANTED } });
      expect(errors(compilation)).not.toEqual([]);
      expect(
        compilation.findings.map(formatFinding).join('\n') + JSON.stringify(compilation.findings),
      ).not.toContain(PLANTED);
    }
  });

  test("nor a value of the environment's", () => {
    const compilation = compile(
      `${HEAD}services: [{host: "\${{ env "DECK_X" }} x", port: "\${{ env "DECK_X" | toInt }}"}]`,
      {
        deck: true,
        env: { DECK_X: PLANTED },
      },
    );
    expect(errors(compilation).length).toBeGreaterThan(1);
    expect(JSON.stringify(compilation.findings)).not.toContain(PLANTED);
  });

  test('names cannot write on a terminal', () => {
    const { findings } = compile(`${HEAD}services: [{name: "a\\e[2Jb\\n\\u202e", prt: 1}]`);
    expect(findings.map(formatFinding).join('')).not.toMatch(/[\u0000-\u001f\u202e]/);
  });
});

describe('hostile texts are refused soon, and with few findings', () => {
  const many = (count: number, item: (at: number) => string): string =>
    Array.from({ length: count }, (_, at) => item(at)).join(',');

  test.each<[string, () => string]>([
    ['a list of wrong items', () => `${HEAD}routes: [{paths: [${many(300_000, () => '1')}]}]`],
    ['a list of wrong texts', () => `${HEAD}services: [{host: h, tags: [${many(300_000, () => '","')}]}]`],
    [
      'a list of empty records',
      () => `${HEAD}routes: [{protocols: [tcp], sources: [${many(300_000, () => '{}')}]}]`,
    ],
    ['unknown fields', () => `${HEAD}services: [{host: h, ${many(100_000, (at) => `f${at}: 1`)}}]`],
    [
      'unknown keys at the top',
      () => HEAD + Array.from({ length: 50_000 }, (_, at) => `k${at}: 1`).join('\n'),
    ],
    ['wrong entities', () => `${HEAD}services: [${many(100_000, () => '{}')}]`],
    ['no entities', () => `${HEAD}services: [${many(300_000, () => '1')}]`],
    ['the same name again and again', () => `${HEAD}consumers: [${many(50_000, () => '{username: a}')}]`],
    [
      'references to nothing',
      () =>
        `${HEAD}plugins: [${many(20_000, (at) => `{name: cors, service: s${at}}`)}]\nservices: [${many(2000, (at) => `{name: t${at}, host: h}`)}]`,
    ],
    ['headers', () => `${HEAD}routes: [{headers: {${many(100_000, (at) => `"a b${at}": []`)}}}]`],
    [
      'long names',
      () =>
        `${HEAD}services: [{name: ${'a b'.repeat(300_000)}, host: ${'-'.repeat(300_000)}, path: ${'/.'.repeat(300_000)}}]`,
    ],
    ['a long path', () => `_format_version: "1.1"\nroutes: [{paths: [${'/..%2e'.repeat(100_000)} ]}]\nx: 1`],
    ['duplicate keys', () => `${HEAD}x: {${many(100_000, () => 'a: 1')}}`],
    ['surprises', () => `${HEAD}x: [${many(100_000, () => 'on')}]`],
    [
      'placeholders',
      () => `${HEAD}consumers: [${many(20_000, (at) => `{username: 'u${at}', tags: ['\${{ x }}']}`)}]\nx: 1`,
    ],
  ])('%s', (_, text) => {
    const compilation = compile(text());
    expect(compilation.valid).toBe(false);
    expect(compilation.findings.length).toBeLessThanOrEqual(1001);
    expect(Math.max(...compilation.findings.map((finding) => formatFinding(finding).length))).toBeLessThan(
      2000,
    );
  });

  test('an error is told though thousands of warnings are before it', () => {
    const compilation = compile(
      `${HEAD}services: [{name: a, host: h, tags: [${many(5000, () => 'on')}]}]\nzzz: 1`,
    );
    expect(brief(compilation)).toContain('error 3:1 zzz unknown-field');
    expect(compilation.findings.at(-1)?.code).toBe('more-findings');
  });

  test('prototype keys are keys', () => {
    const compilation = compile(
      '{"_format_version": "3.0", "__proto__": {"services": [{}]}, "constructor": 1, "toString": []}',
    );
    expect(brief(compilation)).toEqual([
      'error 1:28 __proto__ unknown-field',
      'error 1:61 constructor unknown-field',
      'error 1:79 toString unknown-field',
    ]);
    const entity = compile(
      '{"_format_version": "3.0", "plugins": [{"name": "constructor", "__proto__": 1, "config": {"__proto__": 2}}], "consumers": [{"username": "__proto__"}, {"username": "hasOwnProperty"}]}',
    );
    expect(brief(entity)).toEqual([
      'warning 1:40 plugins[0] unchecked-plugin',
      'error 1:64 plugins[0].__proto__ unknown-field',
    ]);
  });
});
