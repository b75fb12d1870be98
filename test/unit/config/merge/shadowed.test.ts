import { describe, expect, test } from '@jest/globals';
import { brief, compile } from '../compile-text.js';

const ID = '7d8e5ba8-6f2c-4a1d-9b0e-3c2f1a0b9d8e';
const OTHER = '8d8e5ba8-6f2c-4a1d-9b0e-3c2f1a0b9d8e';
const HEAD = `_format_version: "3.0"
services: [{name: a, host: a.test, id: ${ID}}, {name: b, host: b.test}]
consumers: [{username: ann}]
routes: [{name: r, paths: [/r]}]
`;
const codes = (plugins: string): string[] =>
  brief(compile(`${HEAD}plugins:\n${plugins}`)).map((line) => line.replace(/\d+:\d+ /, ''));

describe('the same plugin twice for one scope, which Kong does not see', () => {
  test.each([
    ['by name and by id', `- {name: cors, service: a}\n- {name: cors, service: ${ID}}`],
    ['by name and by {id}', `- {name: cors, service: a}\n- {name: cors, service: {id: ${ID}}}`],
    ['with ids of their own', `- {name: cors, id: ${ID}}\n- {name: cors, id: ${OTHER}}`],
    [
      'with one id',
      `- {name: cors, consumer: ann, route: r}\n- {name: cors, id: ${ID}, route: r, consumer: ann}`,
    ],
  ])('%s', (_, plugins) => {
    expect(codes(plugins)).toEqual(
      plugins.includes('consumer')
        ? expect.arrayContaining(['warning plugins[1] shadowed-plugin'])
        : ['warning plugins[1] shadowed-plugin'],
    );
  });

  test('nested and at the top', () => {
    const text = `_format_version: "3.0"
services: [{name: s, host: h, plugins: [{name: cors}]}]
plugins: [{name: cors, service: s}]
`;
    const compilation = compile(text);
    expect(brief(compilation)).toEqual(['warning 2:41 services[0].plugins[0] shadowed-plugin']);
    expect(compilation.valid).toBe(true);
    expect(compilation.findings[0]?.message).toContain('is at kong.yaml:3:11');
  });

  test('in two texts', () => {
    const compilation = compile({
      'a.yaml': `_format_version: "3.0"\nservices: [{name: s, host: h, plugins: [{name: cors}]}]`,
      'b.yaml': `_format_version: "3.0"\nplugins: [{name: cors, service: s}]`,
    });
    expect(compilation.findings).toMatchObject([{ code: 'shadowed-plugin' }]);
  });
});

test.each([
  ['another scope', `- {name: cors, service: a}\n- {name: cors, service: b}\n- {name: cors}`],
  ['another plugin', `- {name: cors, service: a}\n- {name: acl, service: ${ID}, config: {allow: [g]}}`],
  ['one is switched off', `- {name: cors, service: a}\n- {name: cors, service: ${ID}, enabled: false}`],
  [
    'one is for streams',
    `- {name: prometheus, id: ${ID}}\n- {name: prometheus, id: ${OTHER}, protocols: [tcp, tls]}`,
  ],
])('%s: nothing', (_, plugins) => {
  expect(codes(plugins)).toEqual([]);
});

test('what Kong refuses is no doubt', () => {
  expect(codes('- {name: cors, service: a}\n- {name: cors, service: a}')).toEqual([
    'error plugins[1] duplicate',
  ]);
  expect(codes('- {name: cors, service: a}\n- {name: cors, service: nobody}')).toEqual([
    'error plugins[1].service dangling-reference',
  ]);
});

test('references as objects make plugins of different scopes one for Kong: the error says what to do', () => {
  const text =
    `${HEAD}plugins: [{name: cors, service: {id: ${ID}}}, {name: cors, route: {id: ${OTHER}}}]`.replace(
      'name: r,',
      `name: r, id: ${OTHER},`,
    );
  expect(compile(text).findings).toMatchObject([
    { code: 'duplicate', hint: 'refer by a text instead, or give each an id' },
  ]);
});
