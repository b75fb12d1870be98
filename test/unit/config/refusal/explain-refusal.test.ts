import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../../../src/config/finding.js';
import { merge } from '../../../../src/config/merge/merge.js';
import { prepare, readDocument } from '../../../../src/config/prepare.js';
import { explainRefusal } from '../../../../src/config/refusal/explain-refusal.js';
import { OPTIONS } from '../compile-text.js';
import { recordings } from '../recordings.js';

function explain(text: string, answer: unknown): Finding[] {
  const document = { file: 'kong.yaml', prepared: prepare(readDocument(text, OPTIONS), undefined) };
  return explainRefusal(
    typeof answer === 'string' ? answer : JSON.stringify(answer),
    [document],
    merge([document]).merged,
  );
}

const TEXT = `_format_version: "3.0"
services:
- name: a
  host: h
  routes:
  - name: r
    paths: [/a, foo]
  - paths: [/b]
    headers:
      x.y: [1]
consumers:
- username: bob
  keyauth_credentials:
  - key: s3cret-key
  - key: s3cret-key
plugins:
- name: http-log
  config:
    http_endpoint: http://u:s3cret@h
`;

const flattened = (item: object): object => ({
  code: 14,
  name: 'x',
  message: 'declarative config is invalid: {}',
  fields: {},
  flattened_errors: [item],
});
const places = (findings: Finding[]): string[] =>
  findings.map(({ line, column, path }) => `${line ?? 0}:${column ?? 0} ${path ?? '-'}`);

describe("Kong's flattened errors", () => {
  test.each<[string, object, string]>([
    [
      'by name and field',
      {
        entity_type: 'service',
        entity_name: 'a',
        entity: { name: 'a', host: 'h' },
        errors: [{ type: 'field', field: 'host', message: 'm' }],
      },
      '4:9 services[0].host',
    ],
    [
      'a list index, which begins at one',
      {
        entity_type: 'route',
        entity_name: 'r',
        entity: { name: 'r', paths: ['/a', 'foo'] },
        errors: [{ type: 'field', field: 'paths.2', message: 'm' }],
      },
      '7:17 services[0].routes[0].paths[1]',
    ],
    [
      'by content, where there is no name',
      {
        entity_type: 'route',
        entity: { paths: ['/b'], headers: { 'x.y': [1] }, id: 'made-up', service: { id: 'x' } },
        errors: [{ type: 'entity', message: 'm' }],
      },
      '8:5 services[0].routes[1]',
    ],
    [
      'keys with dots',
      {
        entity_type: 'route',
        entity: { paths: ['/b'] },
        errors: [{ type: 'field', field: 'headers.x.y.1', message: 'm' }],
      },
      '10:13 services[0].routes[1].headers["x.y"][0]',
    ],
    [
      'what is missing, at the entity that lacks it',
      {
        entity_type: 'consumer',
        entity: { username: 'bob' },
        errors: [{ type: 'field', field: 'nope', message: 'm' }],
      },
      '12:3 consumers[0].nope',
    ],
    [
      'by a derived id',
      {
        entity_type: 'service',
        entity_id: '72734e2a-702d-5711-b9ef-697178108ad8',
        entity: {},
        errors: [{ type: 'entity', message: 'm' }],
      },
      '3:3 services[0]',
    ],
  ])('%s', (_, item, place) => {
    expect(places(explain(TEXT, flattened(item)))).toEqual([place]);
  });

  test('an entity that is not found has no line, but its message', () => {
    const findings = explain(
      TEXT,
      flattened({
        entity_type: 'upstream',
        entity: { name: 'x' },
        errors: [{ type: 'field', field: 'name', message: "bad 'thing'" }],
      }),
    );
    expect(findings).toEqual([
      { severity: 'error', code: 'kong-refusal', message: "Kong says of name: bad '***'" },
    ]);
  });
});

describe("Kong's tree of fields", () => {
  const answer = (fields: object): object => ({
    code: 14,
    message: 'declarative config is invalid: {}',
    fields,
    flattened_errors: {},
  });

  test.each<[string, object, string[]]>([
    [
      'by index, with holes',
      { services: [{ routes: [null, { paths: ['m'] }] }] },
      ['8:5 services[0].routes[1].paths[0]'].map(() => '8:13 services[0].routes[1].paths[0]'),
    ],
    [
      'by name',
      { routes: { r: ["invalid reference 'service: nope' (no such entry in 'services')"] } },
      ['6:5 services[0].routes[0].service'],
    ],
    ['the entity itself', { services: [{ '@entity': ['m'] }] }, ['3:3 services[0]']],
    ['a key at the top', { services: 'expected an array' }, ['2:1 services']],
    [
      'a duplicate below a parent, by its value',
      {
        keyauth_credentials: [
          null,
          "uniqueness violation: 'keyauth_credentials' entity with key set to 's3cret-key' already declared",
        ],
      },
      ['15:10 consumers[0].keyauth_credentials[1].key'],
    ],
    ['what nobody has', { foo: 'unknown field' }, ['0:0 -']],
  ])('%s', (_, fields, expected) => {
    expect(places(explain(TEXT, answer(fields)))).toEqual(expected);
  });
});

describe('secrets', () => {
  test.each<[string, unknown]>([
    [
      'of a duplicate',
      {
        fields: {
          keyauth_credentials: [
            null,
            "uniqueness violation: 'keyauth_credentials' entity with key set to 's3cret-key' already declared",
          ],
        },
      },
    ],
    [
      'of a plugin',
      flattened({
        entity_type: 'plugin',
        entity_name: 'http-log',
        entity: { name: 'http-log' },
        errors: [
          { type: 'field', field: 'config.http_endpoint', message: 'missing host in http://u:s3cret@h' },
        ],
      }),
    ],
    [
      'in the middle of a URL, quoted without the rest of it',
      flattened({
        entity_type: 'plugin',
        entity_name: 'http-log',
        entity: { name: 'http-log' },
        errors: [{ type: 'field', field: 'config.http_endpoint', message: 'no user u with s3cret' }],
      }),
    ],
    [
      'of an entity that is not found',
      flattened({
        entity_type: 'jwt_secret',
        entity: { key: 's3cret' },
        errors: [{ type: 'entity', message: "x with key set to 's3cret' and invalid value: s3cret" }],
      }),
    ],
    [
      'in a message without anything else',
      {
        message:
          "declarative config is invalid: {a={\"uniqueness violation: 'jwt_secrets' entity with key set to 's3cret' already declared\"}}",
        fields: {},
      },
    ],
    ['in what is no answer', '<html>s3cret</html>'],
  ])('%s are in no finding', (_, answer) => {
    const findings = explain(TEXT, answer);
    expect(findings.length).toBeGreaterThan(0);
    expect(JSON.stringify(findings)).not.toContain('s3cret');
  });
});

test.each([
  '',
  '{',
  '[]',
  'null',
  '5',
  '{"fields":[],"flattened_errors":"x"}',
  '{"flattened_errors":[5,{},{"entity_type":"service","errors":[{}]}]}',
])('%j is a refusal nobody understands, and says so', (body) => {
  expect(explain(TEXT, body)).toMatchObject([{ severity: 'error', code: 'kong-refusal' }]);
});

test('the refusals of the recordings are placed, as far as they say where', () => {
  const unplaced: string[] = [];
  let placed = 0;
  for (const { name, text, status, body } of recordings()) {
    if (status !== 400 || !body.includes('"code":14')) continue;
    for (const finding of explain(text, body)) {
      if (finding.line === undefined) unplaced.push(`${name} ${finding.message}`);
      else placed += 1;
    }
  }
  // These say nothing, or that the text itself is wrong, or that a key is missing at the top.
  const silent = /\{\}$|Kong says of (?:error|_format_version): |says of id: missing primary key/;
  expect(unplaced.filter((line) => !silent.test(line))).toEqual([]);
  expect(placed === 0 || placed > 200).toBe(true);
});
