import { describe, expect, test } from '@jest/globals';
import { BUNDLED_PLUGINS } from '../../../../src/config/schema/plugin-model.js';
import { collectEntities } from '../../../../src/config/document/collect.js';
import { idFrom, identifyAll, uuidV5 } from '../../../../src/config/merge/identity.js';

test('a name-based UUID', () => {
  // Of RFC 9562, appendix A.4.
  expect(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe(
    '2ed6657d-e927-568b-95e1-2665a8aea6a2',
  );
});

function identities(config: Record<string, unknown>): string[] {
  const entities = collectEntities(config, BUNDLED_PLUGINS, (problem) => {
    throw new Error(problem.message);
  });
  return Array.from(identifyAll(entities), ([{ model }, identity]) => {
    const id = idFrom(model.type, identity);
    return `${model.type} ${identity.kind === 'derived' ? identity.key : identity.kind} ${id ?? ''}`.trimEnd();
  });
}

describe('the identity of an entity', () => {
  test('derived ids are those of Kong 3.9.3', () => {
    const services = [
      { name: 'svc-a', plugins: [{ name: 'key-auth' }], routes: [{ name: 'rt-a' }] },
      { name: 'añb' },
    ];
    const upstreams = [{ name: 'ups-b', targets: [{ target: '127.0.0.1:9980' }] }];
    const consumers = [{ username: 'a', acls: [{ group: 'g' }] }];
    const plugins = [{ name: 'rate-limiting', service: 'a', consumer: 'bob' }];
    expect(
      identities({ services, upstreams, consumers, plugins }).map((line) => line.split(' ').at(-1)),
    ).toEqual(
      expect.arrayContaining([
        'f9002eba-00eb-5072-8729-258268737aa6',
        '7cfd8db8-d27e-514e-977c-6dfed59514eb',
        '84e4ef63-2772-532e-96d5-0c573559a778',
        '0da9952b-9209-57f1-a328-1a6ed79acf9d',
        '4111c56c-d0e3-5345-8220-d17eed055a61',
        '0b2e2520-8980-505a-b7a2-769e8dde10c3',
        '4add49ad-f75d-577a-86fb-a51c9e63fd66',
        'ee2d1081-7f67-5a01-8ff5-62bd08766a3b',
      ]),
    );
  });

  test('given, derived from a name, or random', () => {
    const id = '11111111-1111-4111-8111-111111111111';
    expect(
      identities({ services: [{ id }, { name: 'a' }, { host: 'h' }, { name: null }, { id: null }] }).map(
        (line) => line.split(' ')[1],
      ),
    ).toEqual(['given', 'a', 'random', 'random', 'given']);
  });

  test('derived from a cache key, with its parent or what is written', () => {
    const id = '11111111-1111-4111-8111-111111111111';
    expect(
      identities({
        upstreams: [{ name: 'u', id, targets: [{ target: 'a:1' }] }],
        plugins: [
          { name: 'cors', service: 's' },
          { name: 'cors', service: { id } },
          { name: 'cors', service: null },
        ],
        keyauth_credentials: [{ key: 'k', consumer: 'c' }],
        acls: [{ group: 'g' }],
      }).map((line) => line.split(' ').slice(0, 2).join(' ')),
    ).toEqual([
      'acls random',
      'keyauth_credentials random',
      'plugins plugins:*:cors::s:',
      'plugins plugins:*:cors::',
      'plugins plugins:*:cors::',
      'upstreams given',
      `targets targets:*:${id}:a:1`,
    ]);
  });

  test('random below a random parent, broken below one whose id is null', () => {
    const config = (extra: object): Record<string, unknown> => ({
      services: [{ host: 'h', ...extra, plugins: [{ name: 'cors' }] }],
    });
    expect(identities(config({}))).toEqual(['services random', 'plugins random']);
    expect(identities(config({ id: null }))[1]).toBe('plugins broken');
    expect(identities(config({ name: 's' }))[1]).toMatch(/^plugins plugins:\*:cors::[0-9a-f-]{36}: /);
  });
});
