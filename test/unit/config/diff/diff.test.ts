import { describe, expect, test } from '@jest/globals';
import { derivedId } from '../../../../src/config/merge/identity.js';
import { diffTexts, lines } from './diff-texts.js';

const V3 = '_format_version: "3.0"\n';
const diff = (old: string, now: string): string[] => lines(diffTexts(V3 + old, V3 + now));

describe('no difference is', () => {
  test.each([
    [
      'the order of entities',
      'services: [{name: a, host: a}, {name: b, host: b}]',
      'services: [{name: b, host: b}, {name: a, host: a}]',
    ],
    [
      'the order of nameless entities',
      'routes: [{paths: [/a]}, {paths: [/b]}]',
      'routes: [{paths: [/b]}, {paths: [/a]}]',
    ],
    [
      'nesting',
      'services: [{name: s, host: h, routes: [{name: r, paths: [/]}]}]',
      'services: [{name: s, host: h}]\nroutes: [{name: r, paths: [/], service: s}]',
    ],
    [
      'nesting of what has no name',
      'services: [{name: s, host: h, routes: [{paths: [/], plugins: [{name: cors}]}]}]',
      'services: [{name: s, host: h}]\nroutes: [{paths: [/], service: s, plugins: [{name: cors}]}]',
    ],
    [
      'a reference by id instead of by name',
      'services: [{id: 3e0b4b6e-5d0c-4f4e-9d6b-1a2b3c4d5e6f, name: s, host: h}]\nroutes: [{name: r, paths: [/], service: s}]',
      'services: [{id: 3e0b4b6e-5d0c-4f4e-9d6b-1a2b3c4d5e6f, name: s, host: h}]\nroutes: [{name: r, paths: [/], service: {id: 3e0b4b6e-5d0c-4f4e-9d6b-1a2b3c4d5e6f}}]',
    ],
    [
      'a default that is written',
      'services: [{name: s, host: h}]',
      'services: [{name: s, host: h, retries: 5, port: 80, protocol: http, connect_timeout: 60000, enabled: true}]',
    ],
    [
      'a default inside of records',
      'upstreams: [{name: u}]',
      'upstreams: [{name: u, healthchecks: {active: {unhealthy: {interval: 0}}, threshold: 0}}]',
    ],
    [
      "a default of a plugin's config",
      'plugins: [{name: rate-limiting, config: {minute: 5}}]',
      'plugins: [{name: rate-limiting, config: {minute: 5, policy: local, redis: {port: 6379, database: 0}}, enabled: true, protocols: [https, http, grpcs, grpc]}]',
    ],
    ['no config instead of an empty one', 'plugins: [{name: cors}]', 'plugins: [{name: cors, config: {}}]'],
    [
      'the false that gRPC routes have by default',
      'routes: [{name: r, protocols: [grpc], hosts: [h]}]',
      'routes: [{name: r, protocols: [grpc], hosts: [h], strip_path: false}]',
    ],
    [
      'the id that Kong derives',
      'consumers: [{username: ann}]',
      `consumers: [{username: ann, id: ${derivedId('consumers', 'ann')}}]`,
    ],
    [
      'a url instead of its parts',
      'services: [{name: s, url: "https://h/p"}]',
      'services: [{name: s, protocol: https, host: h, port: 443, path: /p}]',
    ],
    [
      'a deprecated field instead of its successor',
      'plugins: [{name: rate-limiting, config: {minute: 5, redis_host: r, redis_port: 7}}]',
      'plugins: [{name: rate-limiting, config: {minute: 5, redis: {host: r, port: 7}}}]',
    ],
    [
      'the order of a set, and its repetitions',
      'services: [{name: s, host: h, tags: [a, b, a]}]',
      'services: [{name: s, host: h, tags: [b, a]}]',
    ],
    ['an empty list of tags', 'services: [{name: s, host: h, tags: []}]', 'services: [{name: s, host: h}]'],
    [
      'an empty mapping for an empty list',
      'routes: [{name: r, hosts: [h], paths: {}}]',
      'routes: [{name: r, hosts: [h], paths: []}]',
    ],
    [
      'a null where there is no default',
      'services: [{name: s, host: h, path: null}]',
      'services: [{name: s, host: h}]',
    ],
    [
      'a comment',
      '_comment: a\nservices: [{name: s, host: h, _comment: b, _ignore: [1]}]',
      'services: [{name: s, host: h}]',
    ],
    [
      'a time that one side does not say',
      'services: [{name: s, host: h, created_at: 5, updated_at: 6}]',
      'services: [{name: s, host: h, updated_at: 7}]',
    ],
    [
      'an empty list of entities',
      'services: [{name: s, host: h}]\nroutes: []',
      'services: [{name: s, host: h, plugins: {}}]',
    ],
  ])('%s', (_, old, now) => {
    expect(diff(old, now)).toEqual([]);
    expect(diff(now, old)).toEqual([]);
  });

  test('an older format whose paths are migrated', () => {
    const old =
      '_format_version: "2.1"\nservices: [{name: s, host: h, routes: [{name: r, paths: ["/a[0-9]+"]}]}]';
    const now = `${V3}services: [{name: s, host: h}]\nroutes: [{name: r, service: s, paths: ["~/a[0-9]+"]}]`;
    expect(lines(diffTexts(old, now))).toEqual([]);
  });

  test("decK's defaults and placeholders that say the same", () => {
    const old = `${V3}_info: {defaults: {service: {retries: 7}}, select_tags: [t]}\nservices: [{name: s, host: '\${{ env "DECK_HOST" }}'}]`;
    const now = `${V3}services: [{name: s, host: h, retries: 7, tags: [t]}]`;
    expect(lines(diffTexts(old, now, { deck: true, env: { DECK_HOST: 'h' } }))).toEqual([]);
  });
});

describe('a difference is', () => {
  test('a null that keeps a default away', () => {
    expect(diff('services: [{name: s, host: h}]', 'services: [{name: s, host: h, retries: null}]')).toEqual([
      "~ service 's'",
      '  retries 5 -> null',
    ]);
  });

  test('an empty list where that says: none at all', () => {
    expect(
      diff(
        'services: [{name: s, host: h, protocol: https}]',
        'services: [{name: s, host: h, protocol: https, ca_certificates: []}]',
      ),
    ).toEqual(["~ service 's'", '  ca_certificates null -> []']);
  });

  test('the order of a list', () => {
    expect(
      diff(
        'plugins: [{name: cors, config: {origins: [a, b]}}]',
        'plugins: [{name: cors, config: {origins: [b, a]}}]',
      ),
    ).toEqual(["~ plugin 'cors'", '  config.origins ["a","b"] -> ["b","a"]']);
  });

  test('another id, and an id where Kong derived one', () => {
    const id = '3e0b4b6e-5d0c-4f4e-9d6b-1a2b3c4d5e6f';
    const found = diff('consumers: [{username: ann}]', `consumers: [{username: ann, id: ${id}}]`);
    expect(found[0]).toBe("~ consumer 'ann'");
    expect(found[1]).toMatch(/^ {2}id "[0-9a-f]{8}-.{27}" -> "3e0b4b6e-5d0c-4f4e-9d6b-1a2b3c4d5e6f"$/);
    expect(diff('routes: [{paths: [/]}]', `routes: [{paths: [/], id: ${id}}]`)).toEqual([
      `~ route '${id}'`,
      `  id null -> "${id}"`,
    ]);
  });

  test('whether passwords are hashed already', () => {
    expect(diff('', '_transform: false\nservices: []')).toEqual(['  _transform true -> false']);
  });

  test('told with the places of both sides', () => {
    const { entities } = diffTexts(
      `${V3}services:\n- {name: s, host: a}`,
      `${V3}services:\n\n- name: s\n  host: b`,
    );
    expect(entities).toEqual([
      {
        change: 'changed',
        entity: { type: 'services', name: 's' },
        label: "service 's'",
        old: { file: 'old.yaml', line: 3, column: 3 },
        new: { file: 'new.yaml', line: 4, column: 3 },
        fields: [{ path: ['host'], old: 'a', new: 'b' }],
      },
    ]);
  });

  test('listed with what others refer to first, and told as many times as it is one', () => {
    const old = 'services: [{name: s, host: h, routes: [{name: r, paths: [/]}]}]';
    const { unchanged, entities } = diffTexts(
      V3 + old,
      V3 + old.replace('/]', '/x]').replace('host: h', 'host: i'),
    );
    expect([unchanged, entities.map(({ label }) => label)]).toEqual([0, ["service 's'", "route 'r'"]]);
  });
});

describe('entities are the same', () => {
  test('by id, whatever the name; what is on a renamed service has not moved', () => {
    const one =
      'services: [{id: 3e0b4b6e-5d0c-4f4e-9d6b-1a2b3c4d5e6f, name: s, host: h, plugins: [{name: cors}]}]';
    expect(diff(one, one.replace('name: s', 'name: t'))).toEqual(["~ service 't'", '  name "s" -> "t"']);
  });

  test('by name; a renamed one is another', () => {
    expect(diff('services: [{name: s, host: h}]', 'services: [{name: t, host: h}]')).toEqual([
      "+ service 't'",
      '  name  -> "t"',
      '  host  -> "h"',
      "- service 's'",
      '  name "s" -> ',
      '  host "h" -> ',
    ]);
  });

  test('by what they are on: a plugin, a target, a group', () => {
    const old = `services: [{name: s, host: h}, {name: t, host: h}]
plugins: [{name: cors, service: s}, {name: cors, service: t, config: {max_age: 1}}, {name: cors}]
upstreams: [{name: u, targets: [{target: 'a:1'}]}, {name: v, targets: [{target: 'a:1', weight: 1}]}]
consumers: [{username: ann, acls: [{group: g}]}]`;
    expect(diff(old, old.replace('max_age: 1', 'max_age: 2').replace('weight: 1', 'weight: 2'))).toEqual([
      "~ plugin 'cors' of service 't'",
      '  config.max_age 1 -> 2',
      "~ target 'a:1' of upstream 'v'",
      '  weight 1 -> 2',
    ]);
  });

  test('by likeness, where they have no name', () => {
    const old = 'routes: [{paths: [/a], hosts: [a]}, {paths: [/b], hosts: [b]}, {paths: [/c], hosts: [c]}]';
    expect(diff(old, old.replace('hosts: [b]', 'hosts: [x]'))).toEqual(['~ route', '  hosts ["b"] -> ["x"]']);
    expect(diff(old, old.replace('{paths: [/b], hosts: [b]}', '{methods: [GET]}'))).toEqual([
      '~ route',
      '  methods null -> ["GET"]',
      '  hosts ["b"] -> null',
      '  paths ["/b"] -> null',
    ]);
  });

  test('by what is in them, where they have no name', () => {
    const one = (cert: string, more: string): string =>
      `services: [{host: h1, retries: 1, routes: [{name: ${cert}, paths: [/]}]}, {host: h2, retries: 2, ${more} routes: [{name: b, paths: [/]}]}]`;
    expect(diff(one('a', ''), one('a', 'path: /x,').replace('h2', 'h3'))).toEqual([
      '~ service',
      '  host "h2" -> "h3"',
      '  path null -> "/x"',
    ]);
  });

  test('no more than once: a copy is added', () => {
    expect(diff('routes: [{paths: [/]}]', 'routes: [{paths: [/]}, {paths: [/]}]')).toEqual([
      '+ route',
      '  paths  -> ["/"]',
    ]);
  });

  test('but not with two written ids, or two names', () => {
    const route = (id: string, path: string): string => `routes: [{id: ${id}, paths: [${path}], hosts: [h]}]`;
    const [a, b] = ['3e0b4b6e-5d0c-4f4e-9d6b-1a2b3c4d5e6f', '4e0b4b6e-5d0c-4f4e-9d6b-1a2b3c4d5e6f'];
    expect(diff(route(a, '/a'), route(b, '/b')).filter((line) => !line.startsWith(' '))).toEqual([
      `+ route '${b}'`,
      `- route '${a}'`,
    ]);
  });
});
