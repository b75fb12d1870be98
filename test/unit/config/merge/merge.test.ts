import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCompiler } from '../../../../src/config/compile.js';
import type { Compilation } from '../../../../src/config/compile.js';
import { idFrom } from '../../../../src/config/merge/identity.js';
import { merge } from '../../../../src/config/merge/merge.js';
import { prepare, readDocument } from '../../../../src/config/prepare.js';
import { OPTIONS, brief, compile, errors, sealed } from '../compile-text.js';
import { recordings } from '../recordings.js';

const HEAD = '_format_version: "3.0"\n';

describe('several documents', () => {
  test('become one, in the order of their names', () => {
    const texts = {
      'b.yaml': `${HEAD}services: [{name: b, host: h}]`,
      'a.yaml': `${HEAD}services: [{name: a, host: h}]\nconsumers: [{username: c}]`,
      'c.json': '{"_format_version": "3.0", "routes": [{"name": "r", "service": "a", "paths": ["/"]}]}',
    };
    expect(sealed(compile(texts))).toEqual({
      _format_version: '3.0',
      services: [
        { name: 'a', host: 'h' },
        { name: 'b', host: 'h' },
      ],
      consumers: [{ username: 'c' }],
      routes: [{ name: 'r', service: 'a', paths: ['/'] }],
    });
  });

  test('an entity that two have with the same content counts once, comments and order of keys aside', () => {
    const compilation = compile({
      'a.yaml': `${HEAD}services: [{name: s, host: h, routes: [{name: r, paths: [/], _comment: x}]}]\nplugins: [{name: cors, service: s}]`,
      'b.yaml': `${HEAD}plugins: [{service: s, name: cors}]\nservices: [{host: h, routes: [{paths: [/], name: r}], name: s}]`,
    });
    expect(brief(compilation)).toEqual([]);
    expect(compilation.revision?.counts).toEqual({ services: 1, routes: 1, plugins: 1 });
  });

  test('with other content it is an error that names both places', () => {
    const compilation = compile({
      'a.yaml': `${HEAD}services:\n- name: s\n  host: h`,
      'b.yaml': `${HEAD}services:\n- name: s\n  host: i`,
    });
    expect(errors(compilation)).toMatchObject([{ file: 'b.yaml', line: 3, column: 3, code: 'conflict' }]);
    expect(errors(compilation)[0]?.message).toContain('a.yaml:3:3');
  });

  test('twice in one document it is a duplicate, as for Kong, whatever its content', () => {
    const compilation = compile(`${HEAD}services: [{name: s, host: h}, {name: s, host: h}]`);
    expect(brief(compilation)).toEqual(['error 2:32 services[1] duplicate']);
  });

  test('the old formats rewrite their own paths only', () => {
    const route = (name: string): string => `routes: [{name: ${name}, paths: ["/(a)"]}]`;
    const config = sealed(
      compile({ 'a.yaml': `_format_version: "1.1"\n${route('a')}`, 'b.yaml': `${HEAD}${route('b')}` }),
    );
    expect(config['routes']).toMatchObject([{ paths: ['~/(a)'] }, { paths: ['/(a)'] }]);
  });

  test('they must agree on _transform', () => {
    const text = (name: string, more: string): string => `${HEAD}${more}services: [{name: ${name}, host: h}]`;
    const conflict = compile({ 'a.yaml': text('a', '_transform: false\n'), 'b.yaml': text('b', '') });
    expect(brief(conflict)).toEqual(['error 1:1 _transform conflict']);
    expect(
      sealed(compile({ 'a.yaml': text('a', '_transform: true\n'), 'b.yaml': text('b', '') })),
    ).not.toHaveProperty('_transform');
    expect(sealed(compile(text('a', '_transform: false\n')))['_transform']).toBe(false);
  });
});

describe('what must be unique', () => {
  const id = '11111111-1111-4111-8111-111111111111';

  test.each<[string, string, string[]]>([
    [
      'names',
      'routes: [{name: r, paths: [/]}]\nservices: [{host: h, routes: [{name: r, paths: [/]}]}]',
      ['services[0].routes[0]'],
    ],
    ['ids', `services: [{host: h, id: ${id}}, {host: h, id: ${id}}]`, ['services[1]']],
    ['ids of null', 'services: [{host: h, id: null}, {host: h, id: null}]', ['services[1]']],
    [
      'an id that Kong derives for another',
      'services: [{name: svc-a, host: h}, {host: h, id: f9002eba-00eb-5072-8729-258268737aa6}]',
      ['services[1]'],
    ],
    ['custom ids', 'consumers: [{username: a, custom_id: c}, {username: b, custom_id: c}]', ['consumers[1]']],
    [
      'keys, of two consumers',
      'consumers: [{username: a, keyauth_credentials: [{key: k}]}, {username: b, keyauth_credentials: [{key: k}]}]',
      ['consumers[1].keyauth_credentials[0]'],
    ],
    [
      'plugins on one scope',
      'services: [{name: s, host: h}]\nplugins: [{name: cors, service: s}, {name: cors, service: s}, {name: cors}]',
      ['plugins[1]'],
    ],
    [
      'targets',
      'upstreams: [{name: u, targets: [{target: "a:1"}, {target: "a:1", weight: 5}]}]',
      ['upstreams[0].targets[1]'],
    ],
  ])('%s', (_, text, paths) => {
    expect(errors(compile(HEAD + text)).map(({ code, path }) => `${code} ${path ?? ''}`)).toEqual(
      paths.map((path) => `duplicate ${path}`),
    );
  });

  test.each([
    ['identical routes without names', 'routes: [{paths: [/]}, {paths: [/]}]'],
    ['plugins with ids of their own', `plugins: [{name: cors, id: ${id}}, {name: cors}]`],
    [
      'plugins by name and by id of one service',
      `services: [{name: s, host: h, id: ${id}}]\nplugins: [{name: cors, service: s}, {name: cors, service: ${id}}]`,
    ],
    [
      'plugins below a service without a name',
      'services: [{host: h, plugins: [{name: cors}, {name: cors}]}]',
    ],
    [
      'ids that differ in their letters',
      `services: [{host: h, id: ${id.replace('8', 'a')}}, {host: h, id: ${id.replace('8', 'A')}}]`,
    ],
    ['names of different types', 'services: [{name: a, host: h}]\nroutes: [{name: a, paths: [/]}]'],
  ])('Kong does not mind %s', (_, text) => {
    expect(errors(compile(HEAD + text))).toEqual([]);
  });
});

describe('references', () => {
  const id = '11111111-1111-4111-8111-111111111111';
  const services = `services: [{name: svc-a, host: h, id: ${id}}, {name: b, host: h}]\n`;

  test.each([
    ['a name', 'routes: [{paths: [/], service: svc-a}]'],
    ['an id', `routes: [{paths: [/], service: ${id}}]`],
    ['an object', `routes: [{paths: [/], service: {id: ${id}, more: 1}}]`],
    [
      'a derived id',
      'services: [{name: svc-a, host: h}]\nroutes: [{paths: [/], service: f9002eba-00eb-5072-8729-258268737aa6}]',
    ],
    ['null', 'routes: [{paths: [/], service: null}]'],
    [
      'another service than the parent',
      `services: [{name: svc-a, host: h}, {name: b, host: h, routes: [{paths: [/], service: svc-a}]}]`,
    ],
  ])('%s is fine', (_, text) => {
    expect(errors(compile(HEAD + (text.startsWith('services') ? '' : services) + text))).toEqual([]);
  });

  test.each([
    ['routes: [{paths: [/], service: nope}]', 'dangling-reference'],
    ['routes: [{paths: [/], service: SVC-A}]', 'dangling-reference'],
    ['routes: [{paths: [/], service: ""}]', 'dangling-reference'],
    ['routes: [{paths: [/], service: {name: svc-a}}]', 'bad-reference'],
    ['routes: [{paths: [/], service: {id: x}}]', 'bad-reference'],
    ['routes: [{paths: [/], service: {id: 22222222-1111-4111-8111-111111111111}}]', 'dangling-reference'],
    ['routes: [{paths: [/], service: 5}]', 'wrong-type'],
    ['routes: [{paths: [/], service: [a]}]', 'wrong-type'],
    ['acls: [{group: g}]', 'missing-field'],
    ['acls: [{group: g, consumer: null}]', 'missing-field'],
    ['targets: [{target: "a:1", upstream: u}]', 'dangling-reference'],
  ])('%s is not', (text, code) => {
    expect(errors(compile(HEAD + services + text)).map((finding) => finding.code)).toEqual([code]);
  });

  test('a near name is suggested', () => {
    expect(errors(compile(`${HEAD}${services}plugins: [{name: cors, service: svc_a}]`))[0]?.hint).toBe(
      "did you mean 'svc-a'?",
    );
  });
});

describe('a plugin that does not work for consumers', () => {
  const plugin = 'consumers: [{username: c, plugins: [{name: key-auth}]}]\n';

  test('passes below a consumer, as in Kong', () => {
    expect(errors(compile(HEAD + plugin))).toEqual([]);
    expect(
      brief(compile(`${HEAD}consumers: [{username: c}]\nplugins: [{name: key-auth, consumer: c}]`)),
    ).toEqual(['error 3:38 plugins[0].consumer check']);
  });

  test('unless something makes Kong look twice', () => {
    expect(
      errors(compile(`${HEAD}${plugin}basicauth_credentials: [{username: u, password: p, consumer: c}]`)),
    ).toMatchObject([{ path: 'consumers[0].plugins[0]' }]);
  });
});

test('every id that Kong 3.9.3 derived in the recordings is derived here', () => {
  const wrong: string[] = [];
  let checked = 0;
  for (const { name, text, status, body } of recordings()) {
    if (status !== 201) continue;
    const answer = JSON.parse(body) as Record<string, Record<string, unknown>>;
    const { merged } = merge([{ file: name, prepared: prepare(readDocument(text, OPTIONS), undefined) }]);
    for (const [{ model }, identity] of merged.identities) {
      if (identity.kind !== 'derived') continue;
      checked += 1;
      if (answer[model.type]?.[idFrom(model.type, identity)!] === undefined)
        wrong.push(`${name} ${model.type} ${identity.key}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(checked === 0 || checked > 150).toBe(true);
});

test('the same sources in any order, and with keys in any order, seal to the same bytes', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const route = fc.record({
    paths: fc.constant(['/']),
    tags: fc.array(name),
    name: fc.option(name, { nil: undefined }),
  });
  const service = fc.record({
    host: name,
    name: fc.option(name, { nil: undefined }),
    routes: fc.array(route, { maxLength: 2 }),
  });
  const document = fc.record({
    services: fc.array(service, { maxLength: 3 }),
    consumers: fc.uniqueArray(fc.record({ custom_id: name, tags: fc.array(name) }), {
      maxLength: 2,
      selector: (one) => one.custom_id,
    }),
    plugins: fc.constant([{ name: 'cors' }]),
  });
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, item]) => [key, shuffled(item)]),
    );
  };
  fc.assert(
    fc.property(fc.array(document, { minLength: 1, maxLength: 4 }), fc.nat(), (documents, turn) => {
      const sources = documents.map((one, index) => ({
        file: `${index}.json`,
        text: JSON.stringify({ _format_version: '3.0', ...one }),
      }));
      const turned = sources.map(({ file, text }) => ({
        file,
        text: `#\n${JSON.stringify(shuffled(JSON.parse(text)))}`,
      }));
      const cut = turn % sources.length;
      const one = createCompiler(OPTIONS).compile(sources);
      const other = createCompiler(OPTIONS).compile(
        [...turned.slice(cut), ...turned.slice(0, cut)].reverse(),
      );
      expect(other.valid).toBe(one.valid);
      expect(other.revision?.id).toBe(one.revision?.id);
      const told = ({ findings }: Compilation): string[] =>
        findings.map(({ code, file, path }) => `${file ?? ''} ${path ?? ''} ${code}`).sort();
      expect(told(other)).toEqual(told(one));
    }),
    { numRuns: 300 },
  );
});
