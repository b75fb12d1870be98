import { describe, expect, test } from '@jest/globals';
import { brief, compile } from '../compile-text.js';

/** What reading finds in a config with this as a value that nobody looks at, in each way to write it. */
const codes = (value: string): string[] =>
  brief(compile(`_format_version: "3.0"\n_ignore:\n- ${value}\n`, { allowEmpty: true })).map(
    (line) => line.split(' ').at(-1) ?? '',
  );

describe('surprises of YAML 1.1', () => {
  test.each([
    'on',
    'On',
    'off',
    'OFF',
    'yes',
    'No',
    'no',
    '012',
    '-017',
    '1:30',
    '12:30:45',
    '190:20:30.15',
    '1_000',
    '0b101',
    '0o14',
    '+1_0.5',
  ])('%s is told', (value) => {
    expect(codes(value)).toEqual(['yaml-1.1']);
    expect(codes(`{a: ${value}}`)).toEqual(['yaml-1.1']);
    expect(codes(`!!str ${value}`)).toEqual([]);
    expect(codes(`'${value}'`)).toEqual([]);
  });

  test.each([
    'true',
    'False',
    '12',
    '0',
    '-1',
    '1.5',
    '1e3',
    '0x1F',
    'y',
    'n',
    'yesterday',
    'on-call',
    'no.example.test',
    '/on',
    '1.2.3.4',
    '10.0.0.0/8',
    '1.2.3',
    '2026-01-31',
    '2026-01-31T10:20:30Z',
    'a:30',
    '1:30pm',
    '012a',
    '::1',
    'fe80::1',
    'localhost:8080',
    'sha256:0123',
    '08',
    '5s',
    '_',
    'none',
    'é',
  ])('%s is ordinary', (value) => {
    expect(codes(value)).toEqual([]);
  });

  test('JSON has none', () => {
    expect(
      brief(compile('{"_format_version": "3.0", "_ignore": ["on", 12, true]}', { allowEmpty: true })),
    ).toEqual([]);
  });

  test('the hint says how to write what is meant', () => {
    const [finding] = compile('_format_version: "3.0"\nservices: [{host: a, enabled: on}]').findings;
    expect(finding).toMatchObject({ line: 2, hint: expect.stringContaining('true or false') });
  });
});

test('a null is ordinary, however it is written', () => {
  for (const value of ['~', 'null', 'Null', '']) {
    expect(brief(compile(`_format_version: "3.0"\nservices: [{host: a, name: ${value}}]`))).toEqual([]);
  }
});

describe('a key that comes twice', () => {
  test.each([
    ['in a block', 'services:\n- host: a\n  port: 1\n  host: b\n', '5:3'],
    ['in braces', 'services: [{host: a, host: b}]\n', '2:22'],
    ['at the top', 'services: []\nservices: [{host: a}]\n', '3:1'],
    ['deep inside', 'plugins: [{name: cors, config: {max_age: 1, max_age: 2}}]\n', '2:45'],
    ['once with quotes', 'services: [{host: a, "host": b}]\n', '2:22'],
  ])('%s', (_, text, place) => {
    expect(brief(compile(`_format_version: "3.0"\n${text}`))).toEqual([`warning ${place} - duplicate-key`]);
  });

  test('in JSON', () => {
    const text = '{"_format_version": "3.0", "services": [{"host": "a", "host": "b"}]}';
    expect(brief(compile(text))).toEqual(['warning 1:55 - duplicate-key']);
  });

  test('is none where a merge brings it, or another mapping has it', () => {
    const text = `_format_version: "3.0"
_ignore:
- &base {host: a, port: 1}
services:
- <<: *base
  port: 2
- {host: b, port: 2}
`;
    expect(brief(compile(text))).toEqual([]);
  });
});
