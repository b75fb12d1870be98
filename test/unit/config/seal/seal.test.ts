import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../../../src/config/seal/canonical-json.js';
import { SEALING_VERSION } from '../../../../src/config/seal/seal.js';
import { compile, errors, sealed } from '../compile-text.js';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const JWK = JSON.stringify({ ...publicKey.export({ format: 'jwk' }), kid: 'a' });

const HEAD = '_format_version: "3.0"\n';

describe('canonical JSON', () => {
  test('sorts keys by their characters, keeps lists, writes no spaces', () => {
    expect(canonicalJson({ b: [2, 1, { d: null, c: 'é\u2028"' }], a: -0, B: 1e21, ä: true })).toBe(
      '{"B":1e+21,"a":0,"b":[2,1,{"c":"é\u2028\\"","d":null}],"ä":true}',
    );
    expect(canonicalJson(JSON.parse('{"__proto__":{"b":1},"a":{}}'))).toBe('{"__proto__":{"b":1},"a":{}}');
  });

  test('is JSON of the same value, and one text for equal values', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'medium' }), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        const text = canonicalJson(plain);
        expect(JSON.parse(text)).toEqual(plain);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});

describe('a sealed configuration', () => {
  test('is canonical JSON, known by its MD5, in bytes of its own', () => {
    const { revision } = compile(`${HEAD}services: [{name: s, host: h, routes: [{name: r, paths: [/]}]}]`);
    const text =
      '{"_format_version":"3.0","services":[{"host":"h","name":"s","routes":[{"name":"r","paths":["/"]}]}]}';
    expect(new TextDecoder().decode(revision?.bytes)).toBe(text);
    expect(revision?.id).toBe(createHash('md5').update(text).digest('hex'));
    expect(revision?.bytes.buffer.byteLength).toBe(text.length);
    expect(revision?.counts).toEqual({ services: 1, routes: 1 });
    expect(
      structuredClone(revision, { transfer: [revision!.bytes.buffer as ArrayBuffer] })?.bytes.length,
    ).toBe(text.length);
  });

  test('has no comments, wherever they stood, but keeps what is only called so', () => {
    const config = sealed(
      compile(
        `${HEAD}_comment: a\n_ignore: [{x: 1}]\nservices: [{name: s, host: h, _comment: b, _ignore: [], routes: [{name: r, paths: [/], _comment: c}]}]\nplugins: [{name: mine, config: {_comment: kept}}]`,
      ),
    );
    expect(config).toEqual({
      _format_version: '3.0',
      services: [{ name: 's', host: 'h', routes: [{ name: 'r', paths: ['/'] }] }],
      plugins: [{ name: 'mine', config: { _comment: 'kept' } }],
    });
  });

  test('keeps everything else as it is written: forms, references, nulls, empty lists', () => {
    const services = [
      {
        url: 'http://h',
        name: 's',
        path: null,
        tags: [],
        routes: [],
        plugins: [{ name: 'cors', config: {} }],
      },
    ];
    const text = JSON.stringify({
      _format_version: '3.0',
      services,
      routes: [{ name: 'r', paths: ['/'], service: 's' }],
      consumers: null,
    });
    expect(sealed(compile(text))).toEqual({
      _format_version: '3.0',
      services,
      routes: [{ name: 'r', paths: ['/'], service: 's' }],
    });
  });

  test('a text of aliases is written out', () => {
    const config = sealed(
      compile(`${HEAD}services: [{name: a, host: h, tags: &t [x]}, {name: b, host: h, tags: *t}]`),
    );
    expect(config['services']).toMatchObject([{ tags: ['x'] }, { tags: ['x'] }]);
  });
});

describe('ids', () => {
  const idsIn = (text: string): (string | undefined)[] => {
    const ids: (string | undefined)[] = [];
    JSON.stringify(sealed(compile(HEAD + text)), (key, value: unknown) => {
      if (
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        key !== '' &&
        key !== 'config'
      ) {
        ids.push((value as { id?: string }).id);
      }
      return value;
    });
    return ids;
  };
  const UUID_V5 = expect.stringMatching(
    /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );

  test.each([
    ['named', 'services: [{name: s, host: h, routes: [{name: r, paths: [/]}]}]'],
    ['with a cache key', 'services: [{name: s, host: h, plugins: [{name: cors}]}]\nplugins: [{name: cors}]'],
    ['given', 'services: [{host: h, id: 11111111-1111-4111-8111-111111111111}]'],
    ['null', 'services: [{host: h, id: null}]'],
  ])('are left alone where Kong derives them or they are there: %s', (_, text) => {
    expect(idsIn(text).filter((id) => id?.[14] === '5')).toEqual([]);
  });

  test('are filled in where Kong would make them up', () => {
    expect(idsIn('services: [{host: h}]')).toEqual([UUID_V5]);
    expect(idsIn('consumers: [{custom_id: c}]')).toEqual([UUID_V5]);
    expect(idsIn('consumers: [{username: u, keyauth_credentials: [{key: k}]}]')).toEqual([
      undefined,
      UUID_V5,
    ]);
  });

  test('of what is nested, too, where its own would hang on a made-up one', () => {
    const [service, one, other] = idsIn('services: [{host: h, plugins: [{name: cors}, {name: cors}]}]');
    expect([service, one, other]).toEqual([UUID_V5, UUID_V5, UUID_V5]);
    expect(new Set([service, one, other]).size).toBe(3);
  });

  test('come from the unique field, so that a changed tag changes no id', () => {
    const [, first] = idsIn('consumers: [{username: u, keyauth_credentials: [{key: k}]}]');
    const [, second] = idsIn(
      'consumers: [{username: v}, {username: u, keyauth_credentials: [{key: k, tags: [x]}]}]',
    ).slice(1);
    expect(second).toBe(first);
  });

  test('of equal entities differ by their place among them, and stay what they are', () => {
    const routes = 'routes: [{paths: [/]}, {paths: [/]}, {paths: [/b]}]';
    const ids = idsIn(routes);
    expect(new Set(ids).size).toBe(3);
    expect(idsIn('routes: [{paths: [/]}]')).toEqual([ids[0]]);
    // These are in every gateway's database of ids: to change them is to raise SEALING_VERSION.
    expect([SEALING_VERSION, ids[0]]).toEqual([1, 'e2412e29-cd2f-5ffe-9a11-1ac2048cb82e']);
  });
});

describe('sealing again', () => {
  test.each([
    'services: [{host: h, plugins: [{name: cors}, {name: cors}], routes: [{paths: [/]}, {paths: [/]}]}]',
    'consumers: [{custom_id: c, acls: [{group: g}], keyauth_credentials: [{}, {}], plugins: [{name: cors}]}]',
    `key_sets: [{keys: [{kid: a, jwk: '${JWK}'}]}, {keys: [{kid: a, jwk: '${JWK}'}]}]`,
    '_transform: false\nupstreams: [{name: u, targets: [{target: "a:1"}]}]',
  ])('%s changes nothing, and hides no fault', (text) => {
    const first = compile(HEAD + text);
    const again = compile(new TextDecoder().decode(first.revision?.bytes));
    expect(errors(again)).toEqual([]);
    expect(again.revision?.id).toBe(first.revision?.id);
  });
});
