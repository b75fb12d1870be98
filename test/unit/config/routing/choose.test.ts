import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chooseRoute } from '../../../../src/config/routing/choose.js';
import type { Candidate, Choice } from '../../../../src/config/routing/choose.js';
import { computedPriority } from '../../../../src/config/routing/rank.js';
import { routedRequest } from '../../../../src/config/routing/request.js';
import type { AskedRequest } from '../../../../src/config/routing/request.js';
import { createRegexRunner } from '../../../../src/cli/explain/run-regex.js';
import { entitiesOf } from './explained.js';

const ASKED: AskedRequest = {
  scheme: 'https',
  method: 'GET',
  host: 'a.example.com',
  path: '/x/y',
  headers: new Map(),
  sni: undefined,
};

function choose(routes: readonly object[], asked: Partial<AskedRequest> = {}): Choice {
  const named = routes.map((route, index) => ({ name: `r${index}`, ...route }));
  const entities = entitiesOf({ services: [{ name: 's', host: 'h', routes: named }] });
  return chooseRoute(entities, routedRequest({ ...ASKED, ...asked }), createRegexRunner());
}

const nameOf = (candidate: Candidate | undefined): unknown => candidate?.route.flat.fields['name'];
const chosen = (routes: readonly object[], asked: Partial<AskedRequest> = {}): unknown =>
  nameOf(choose(routes, asked).chosen);

describe('a route matches', () => {
  test.each<[string, object, Partial<AskedRequest>, boolean]>([
    ['by a prefix of the path', { paths: ['/x'] }, {}, true],
    ['by a prefix within a segment', { paths: ['/x/'] }, { path: '/x' }, false],
    ['by the path without its query', { paths: ['/x'] }, { path: '/x?a=/y' }, true],
    ['by the path without dots and encodings', { paths: ['/x'] }, { path: '/y/../%78//z' }, true],
    ['by a regular expression from the beginning', { paths: ['~/y'] }, {}, false],
    ['by a regular expression', { paths: ['~/x/[a-y]$'] }, {}, true],
    ['by a named group of Rust', { paths: ['~/(?P<all>.+)$'] }, {}, true],
    ['by a host', { hosts: ['a.example.com'] }, {}, true],
    ['by a host in other letters', { hosts: ['a.example.com'] }, { host: 'A.example.com' }, false],
    ['by a host whatever its port', { hosts: ['a.example.com'] }, { host: 'a.example.com:8443' }, true],
    ['by a host with its port', { hosts: ['a.example.com:8443'] }, { host: 'a.example.com:8443' }, true],
    ['by a host with another port', { hosts: ['a.example.com:8443'] }, { host: 'a.example.com:443' }, false],
    ['by a wildcard in front', { hosts: ['*.example.com'] }, {}, true],
    ['by a wildcard that needs a label', { hosts: ['*.example.com'] }, { host: 'example.com' }, false],
    ['by a wildcard behind', { hosts: ['a.example.*'] }, { host: 'a.example.org' }, true],
    ['by a method', { methods: ['POST'] }, {}, false],
    [
      'by a header in other letters',
      { headers: { 'X-V': ['Two'] } },
      { headers: new Map([['x-v', ['two']]]) },
      true,
    ],
    [
      'by one of the values of a header',
      { headers: { v: ['2'] } },
      { headers: new Map([['v', ['1', '2']]]) },
      true,
    ],
    ['by a header that is not there', { headers: { v: ['2'] } }, {}, false],
    [
      'by a regular expression of a header',
      { headers: { v: ['~*2$'] } },
      { headers: new Map([['v', ['1.2']]]) },
      true,
    ],
    ['by an SNI', { snis: ['a.example.com'] }, {}, true],
    ['by an SNI with a last dot', { snis: ['a.example.com.'], protocols: ['https'] }, {}, true],
    ['by another SNI', { snis: ['b.example.com'] }, {}, false],
    [
      'by an SNI over http, where none counts',
      { snis: ['b.example.com'], protocols: ['http', 'https'] },
      { scheme: 'http' },
      true,
    ],
  ])('%s: %j', (_name, route, asked, matches) => {
    expect(chosen([route], asked)).toBe(matches ? 'r0' : undefined);
  });
});

describe('of several routes that match, first comes', () => {
  test.each<[string, object[], string]>([
    ['the longest path', [{ paths: ['/'] }, { paths: ['/x'] }], 'r1'],
    [
      'a part of a route, for all its paths of one length',
      [{ paths: ['/', '/x/y'] }, { paths: ['/x'] }],
      'r0',
    ],
    ['a regular expression', [{ paths: ['/x/y'] }, { paths: ['~/x'] }], 'r1'],
    [
      'the higher regex_priority',
      [
        { paths: ['~/x'], regex_priority: 1 },
        { paths: ['~/x/'], regex_priority: 2 },
      ],
      'r1',
    ],
    ['more criteria', [{ paths: ['/x/y'] }, { paths: ['/x'], methods: ['GET'] }], 'r1'],
    [
      'a host without a wildcard',
      [
        { hosts: ['*.example.com'], paths: ['/x/y'] },
        { hosts: ['a.example.com'], paths: ['/x'] },
      ],
      'r1',
    ],
  ])('%s', (_name, routes, first) => {
    expect(chosen(routes)).toBe(first);
  });

  test('a host without a wildcard even before more criteria, and it is told that the documentation says otherwise', () => {
    const choice = choose([{ paths: ['/x'], methods: ['GET'] }, { hosts: ['a.example.com'] }]);
    expect([nameOf(choice.chosen), nameOf(choice.documented)]).toEqual(['r1', 'r0']);
    expect(choose([{ paths: ['/x'] }, { paths: ['/x/y'] }]).documented).toBeUndefined();
  });

  test('the one with the higher id, where they rank alike', () => {
    const routes = [
      { id: '00000000-0000-4000-8000-000000000001', paths: ['/x'] },
      { id: 'f0000000-0000-4000-8000-000000000001', paths: ['/x'] },
    ];
    expect(chosen(routes)).toBe('r1');
    expect(chosen([...routes].reverse())).toBe('r0');
  });
});

describe('choosing', () => {
  test('names those that fail by one criterion alone, and those that come later', () => {
    const choice = choose([
      { paths: ['/x/y'] },
      { paths: ['/x'] },
      { paths: ['/x'], methods: ['POST'] },
      { paths: ['/z'], methods: ['POST'] },
    ]);
    expect(nameOf(choice.chosen)).toBe('r0');
    expect(choice.outranked.map(nameOf)).toEqual(['r1']);
    expect(choice.near.map(nameOf)).toEqual(['r2']);
  });

  test('says of what it cannot judge that it cannot: other dialects, hostile ones, addresses', () => {
    const untold = (route: object, path = '/x/y'): unknown[] =>
      choose([route], { path }).doubtful.map(nameOf);
    expect(untold({ paths: ['~/[a-z&&[^b]]'] })).toEqual(['r0']);
    expect(untold({ paths: ['~/(a+)+$'] }, `/${'a'.repeat(40)}b`)).toEqual(['r0']);
    expect(untold({ paths: ['~/\\w+$'] }, '/ü')).toEqual(['r0']);
    expect(untold({ hosts: ['a.example.com:8443'] })).toEqual(['r0']);
  });

  test('leaves out routes of services that are disabled, and of streams', () => {
    const entities = entitiesOf({
      services: [
        { name: 'off', host: 'h', enabled: false, routes: [{ name: 'r', paths: ['/'] }] },
        {
          name: 'tcp',
          protocol: 'tcp',
          host: 'h',
          routes: [{ name: 't', protocols: ['tcp'], destinations: [{ port: 1 }] }],
        },
      ],
    });
    const choice = chooseRoute(entities, routedRequest(ASKED), createRegexRunner());
    expect([choice.chosen, choice.outranked, choice.near]).toEqual([undefined, [], []]);
    expect(choice.disabled.map(({ fields }) => fields['name'])).toEqual(['r']);
  });

  test('never passes over a route that matches and ranks higher, in any order of the routes', () => {
    const route = fc.record(
      {
        paths: fc.subarray(['/', '/x', '/x/y', '~/x', '~/x/[yz]$', '/q'], { minLength: 1 }),
        hosts: fc.subarray(['a.example.com', '*.example.com', 'b.example.com'], { minLength: 1 }),
        methods: fc.subarray(['GET', 'POST'], { minLength: 1 }),
        regex_priority: fc.integer({ min: 0, max: 20 }),
      },
      { requiredKeys: ['paths'] },
    );
    fc.assert(
      fc.property(fc.array(route, { minLength: 1, maxLength: 6 }), (routes) => {
        const choice = choose(routes);
        const inOrder = [...(choice.chosen === undefined ? [] : [choice.chosen]), ...choice.outranked];
        const priorities = inOrder.map(({ rank }) => computedPriority(rank));
        expect(priorities).toEqual([...priorities].sort((a, b) => (a > b ? -1 : 1)));
        // Names are given by place: without them, the order of the routes makes no difference to the rank.
        const mirrored = choose([...routes].reverse());
        expect(mirrored.chosen && computedPriority(mirrored.chosen.rank)).toEqual(priorities[0]);
      }),
      { numRuns: 60 },
    );
  });
});
