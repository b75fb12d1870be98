import { expect, test } from '@jest/globals';
import { brief, compile } from '../../compile-text.js';

const HEAD = '_format_version: "3.0"\n';

test.each([
  ['routes: [{name: r, paths: [/p], id: ~}]', 'hold 2:37 routes[0].id null-id'],
  ['services: [{host: a, routes: [{paths: [/p], id: ~}]}]', 'hold 2:49 services[0].routes[0].id null-id'],
  ['services: [{host: a, id: ~, routes: [{paths: [/p]}]}]', 'hold 2:26 services[0].id null-id'],
  ['services: [{host: a, id: ~}]', 'warning 2:26 services[0].id null-id'],
  ['services: [{host: a, id: ~, routes: []}]', 'warning 2:26 services[0].id null-id'],
  ['consumers: [{username: a, id: ~}]', 'warning 2:31 consumers[0].id null-id'],
])('%s: %s', (text, finding) => {
  const compilation = compile(HEAD + text);
  expect(brief(compilation)).toEqual([finding]);
  expect(compilation.valid).toBe(true);
});

test.each([
  'routes: [{name: r, paths: [/p]}]',
  'routes: [{name: r, paths: [/p], id: 7d8e5ba8-6f2c-4a1d-9b0e-3c2f1a0b9d8e}]',
  'parameters: [{key: id, value: x}]',
])('%s: nothing', (text) => {
  expect(brief(compile(HEAD + text))).toEqual([]);
});
