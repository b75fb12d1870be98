import { describe, expect, test } from '@jest/globals';
import { createCompiler } from '../../../../../src/config/compile.js';
import type { CompilerOptions } from '../../../../../src/config/compile.js';
import { formatFinding } from '../../../../../src/config/finding.js';
import type { Finding } from '../../../../../src/config/finding.js';
import { OPTIONS, compile } from '../../compile-text.js';

const HEAD = '_format_version: "3.0"\n';
const secrets = (text: string, options: Partial<CompilerOptions> = {}): Finding[] =>
  compile(HEAD + text, options).findings.filter(({ code }) => code === 'plain-secret');
const plugin = (name: string, config: string): string => `plugins: [{name: ${name}, config: ${config}}]`;

describe('a secret that Kong would take from a vault', () => {
  test.each([
    [plugin('rate-limiting', '{minute: 1, policy: redis, redis: {host: h, password: hunter2}}')],
    [plugin('session', '{secret: hunter2}')],
    [plugin('rate-limiting', '{minute: 1, policy: redis, redis_host: h, redis_password: hunter2}')],
    [plugin('aws-lambda', '{aws_secret: hunter2, function_name: f, aws_region: r}')],
    [plugin('acme', '{account_email: a@b.c, storage: consul, storage_config: {consul: {token: hunter2}}}')],
    [plugin('http-log', '{http_endpoint: "http://a.test", headers: {Authorization: hunter2}}')],
    [plugin('http-log', '{http_endpoint: "http://ann:hunter2@a.test"}')],
    [plugin('ai-proxy', '{route_type: llm/v1/chat, auth: {header_value: hunter2}}')],
    ['certificates: [{cert: c, key: hunter2}]'],
    ['keys: [{kid: a, pem: {private_key: hunter2}}]'],
    [`keys: [{kid: a, jwk: '{"kty": "EC", "d": "hunter2"}'}]`],
  ])('is told, but not shown: %s', (text) => {
    const found = secrets(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ severity: 'warning', line: 2 });
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  test('one word is enough for a whole text: how many, what, and where the first is', () => {
    const text = `certificates:
- {cert: a, key: x}
- {cert: b, key: y}
- {cert: b, key: '{vault://env/key}'}
plugins:
- {name: session, config: {secret: z}}
`;
    expect(secrets(text).map(formatFinding)).toEqual([
      'kong.yaml:3:18: warning: 3 secrets stand here as plain text: key of certificates (2), config.secret of session (1) (plain-secret); write {vault://env/my-secret}, and Kong reads it from MY_SECRET in its environment; or use another of its vaults',
    ]);
  });
});

test.each([
  [plugin('session', '{secret: "{vault://env/session}"}')],
  [plugin('session', '{secret: ""}')],
  [plugin('session', '{secret: [5]}')],
  [plugin('rate-limiting', '{minute: 1, policy: redis, redis: {host: h, username: ann}}')],
  [plugin('http-log', '{http_endpoint: "http://a.test/@x:y", headers: {X-Tenant: shop}}')],
  [plugin('datadog', '{host: datadog.test}')],
  [plugin('ai-proxy', '{route_type: llm/v1/chat, auth: {aws_access_key_id: AKIA}}')],
  [plugin('acme', '{account_email: a@b.c, storage: redis}')],
  [plugin('mine', '{secret: s}')],
  [`keys: [{kid: a, jwk: '{"kty": "EC", "x": "1"}'}]`],
  ['keys: [{kid: a, pem: {public_key: p}}]'],
  ['certificates: [{cert: c, key: "{vault://env/key}"}]'],
  // Kong takes no vault references here.
  [
    'consumers: [{username: a, keyauth_credentials: [{key: k}], basicauth_credentials: [{username: u, password: p}]}]',
  ],
])('%s: nothing', (text) => {
  expect(secrets(text)).toEqual([]);
});

test("what decK's placeholders bring is not in the text; what stands beside them is", () => {
  const deck = { deck: true, env: { DECK_KEY: 'hunter2' } };
  const fromOutside = 'certificates:\n- {cert: c, key: \'${{ env "DECK_KEY" }}\'}\n';
  expect(secrets(fromOutside, deck)).toEqual([]);
  expect(secrets(`${fromOutside}- {cert: d, key: other}\n`, deck)).toMatchObject([
    { line: 4, message: 'a secret stands here as plain text: key of certificates' },
  ]);
  expect(secrets(fromOutside)).toEqual([]);
});

test('a confidential source is the place for secrets', () => {
  const text = `${HEAD}certificates: [{cert: c, key: k}]`;
  const codes = (confidential: boolean): string[] =>
    createCompiler(OPTIONS)
      .compile([{ file: 'a.yaml', text, confidential }])
      .findings.map(({ code }) => code);
  expect(codes(true)).not.toContain('plain-secret');
  expect(codes(false)).toContain('plain-secret');
});
