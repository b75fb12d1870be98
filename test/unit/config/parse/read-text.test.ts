import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readText } from '../../../../src/config/parse/read-text.js';
import type { ReadFailure, ReadOk } from '../../../../src/config/parse/result.js';

function ok(input: string | Uint8Array): ReadOk {
  const result = readText(input);
  if (!result.ok) throw new Error(`${result.line}:${result.column}: ${result.message}`);
  return result;
}

function failed(input: string | Uint8Array, limits = {}): ReadFailure {
  const result = readText(input, limits);
  if (result.ok) throw new Error(`read as ${JSON.stringify(result.value)}`);
  return result;
}

const value = (input: string | Uint8Array): unknown => ok(input).value;

describe('JSON comes first, as lua-cjson reads it', () => {
  test.each<[string, unknown]>([
    ['{"a": [1, 2.5, -3e2, true, null, "x"]}', { a: [1, 2.5, -300, true, null, 'x'] }],
    ['{"a": "line\nbreak\tand \u0001"}', { a: 'line\nbreak\tand \u0001' }],
    ['{"a": "x\ny\\n"}', { a: 'x\ny\n' }],
    ['{"a": +80, "b": 0120, "c": 0x50, "d": 1., "e": -.5}', { a: 80, b: 120, c: 80, d: 1, e: -0.5 }],
    ['{"a": 1, "a": 2}', { a: 2 }],
    ['{"a": "\\ud83d\\ude00"}', { a: '😀' }],
    [' \n[ ]\r\n', []],
    ['{\n\t"a": [\n\t\t{}\n\t]\n}', { a: [{}] }],
  ])('%j', (text, expected) => {
    expect(ok(text)).toMatchObject({ format: 'json', value: expected });
  });

  test('what it refuses is read as YAML', () => {
    for (const text of [
      "{'a': yes}",
      '{a: True,}',
      '# c\n{"a": true}',
      '{"a": !!bool "on"}',
      '\ufeff{"a": true}',
    ]) {
      expect(ok(text)).toMatchObject({ format: 'yaml', value: { a: true } });
    }
  });

  test('bad bytes pass in a JSON text, marked, and nowhere else', () => {
    const result = ok(Buffer.from([...Buffer.from('{"_comment":"'), 0xff, ...Buffer.from('"}')]));
    expect(result).toMatchObject({ badBytes: true, value: { _comment: '\udfff' } });
    expect(failed(Buffer.from([0x61, 0x3a, 0x20, 0xff])).code).toBe('encoding');
  });

  test('any JSON value is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const text = JSON.stringify({ json });
        expect(value(text)).toEqual(JSON.parse(text));
        expect(value(`#\n${text}`)).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('YAML is read as lyaml reads it', () => {
  test.each<[string, string, unknown]>([
    ['the last of two equal keys wins', 'a: 1\nb: 2\na: 3', { a: 3, b: 2 }],
    [
      'merges keep what is there',
      'x: &x {a: 1, b: 2}\ny: {a: 0, <<: *x}',
      { x: { a: 1, b: 2 }, y: { a: 0, b: 2 } },
    ],
    ['a merged list: the first wins', 'y: {<<: [{a: 1}, {a: 2, b: 2}]}', { y: { a: 1, b: 2 } }],
    ['a quoted << merges too', 'y: {"<<": {a: 1}}', { y: { a: 1 } }],
    ['keys 1..n make a list', 'a: {2: y, 1: x}', { a: ['x', 'y'] }],
    ['string keys 1..n do not', 'a: {"1": x}', { a: { 1: 'x' } }],
    ['an anchor may be set again', 'a: &x 1\nb: &x 2\nc: *x', { a: 1, b: 2, c: 2 }],
    ['an alias may be a key', 'a: &k b\n*k : 1', { a: 'b', b: 1 }],
    ['a text ends at NUL', 'a: "x\\0y"', { a: 'x' }],
    ['NEL is a line break', 'a:\x85- b', { a: ['b'] }],
    [
      'brackets may close below their key',
      'a:\n- b: [\n  1,\n  2\n]\n  c: {\n  "d": "e\nf" }',
      { a: [{ b: [1, 2], c: { d: 'e f' } }] },
    ],
    ['tabs may stand between tokens', 'a:\t[b,\tc]\nd:\t"e"', { a: ['b', 'c'], d: 'e' }],
    ['CRLF', 'a: |\r\n  x\r\n  y\r\nb: 1\r\n', { a: 'x\ny\n', b: 1 }],
    ['no line break at the end, none in the text', 'a: |\n  x', { a: 'x' }],
    ['a local tag changes nothing', 'a: !svc {b: !x 1}', { a: { b: 1 } }],
    ['a declared handle for the YAML tags', '%TAG !y! tag:yaml.org,2002:\n---\na: !y!str 5', { a: '5' }],
  ])('%s', (_, text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  test('nothing is undefined, an empty document null', () => {
    expect([value(''), value('# x\n'), value('---\n')]).toEqual([undefined, undefined, null]);
  });

  test('only the first document counts, and one that would be lost is told', () => {
    const result = ok('a: 1\n---\nb: 2\n');
    expect(result.value).toEqual({ a: 1 });
    expect(result.position(result.laterDocument ?? 0)).toEqual({ line: 3, column: 1 });
    expect(ok('a: 1\n---\n')).not.toHaveProperty('laterDocument');
  });

  test('UTF-16 with a byte order mark', () => {
    expect(value(Buffer.from('\ufeffa: é', 'utf16le'))).toEqual({ a: 'é' });
  });

  test('duplicate keys are remarked', () => {
    for (const text of ['{"a": 1, "b": {"c": 1, "c": 2}}', '{a: 1, b: {c: 1, c: 2}}']) {
      const { remarks, position } = ok(text);
      expect(remarks).toMatchObject([{ kind: 'duplicate-key', key: 'c' }]);
      expect(text.slice(remarks[0]!.offset)).toMatch(/^"?c"?: 2/);
      expect(position(remarks[0]!.offset).line).toBe(1);
    }
  });

  test('what YAML 1.2 reads otherwise is remarked, without its text', () => {
    const { remarks } = ok('a: [yes, 012, 1:30, 0o7, true, 12, "no", 1e3, ~]');
    expect(remarks.map((remark) => remark.kind === 'yaml-1.1' && remark.reading)).toEqual([
      'boolean',
      'number',
      'number',
      'string',
    ]);
  });

  test('keys that are no strings are told', () => {
    expect(ok('a: {1: x, 3: y}\nb: {~: z, {c: d}: e}').oddKeys.map(({ key }) => key)).toEqual([
      '1',
      '3',
      'null',
      '{}',
    ]);
  });
});

describe('what Kong cannot read is refused, with a place', () => {
  test.each<[string, string, string, number, number]>([
    ['a tab as indentation', 'a:\n\tb: 1', 'syntax', 2, 1],
    ['a line with only a tab', 'a: b\n\t\n', 'syntax', 2, 1],
    ['a mapping behind a key', 'a: b: c', 'syntax', 1, 5],
    ['a mapping behind an anchor', 'a: &x b: c', 'syntax', 1, 4],
    ['an alias without anchor', 'a: *x', 'syntax', 1, 5],
    ['an alias inside of its anchor', 'a: &x [*x]', 'syntax', 1, 9],
    ['a star', 'a: [*.x]', 'syntax', 1, 6],
    ['a merge of a scalar', 'a: {<<: x}', 'syntax', 1, 9],
    ['a merge of null', 'a: {<<: ~}', 'syntax', 1, 9],
    ['a tag that does not fit', 'a: !!int x', 'syntax', 1, 10],
    ['an escaped surrogate', 'a: "\\ud83d"', 'syntax', 1, 5],
    ['a control character', 'a: "\u0007"', 'syntax', 1, 5],
    ['a NUL', 'a: "\0"', 'syntax', 1, 5],
    ['infinity', 'a: .inf', 'number', 1, 4],
    ['a huge number in JSON', '{"a": 1e400}', 'number', 1, 7],
    ['a bad second document', 'a: 1\n---\nb: [', 'syntax', 3, 5],
    ['a document without its mark', 'a: 1\n...\nb: 2', 'syntax', 3, 1],
    ['JSON that ends early', '{"a": [1, 2}', 'syntax', 1, 12],
    ['a comment in JSON', '{"a": 1, /* x */ "b":[]}', 'syntax', 1, 21],
    ['text behind JSON', '{"a": 1} x', 'syntax', 1, 10],
  ])('%s', (_, text, code, line, column) => {
    expect(failed(text)).toMatchObject({ code, line, column });
  });

  test('the message quotes nothing of the text', () => {
    for (const text of [
      'a: !s3cret{ x',
      'a: !s3cret!x y',
      '"s3cret',
      's3cret: [',
      'a: "s3cret\\q"',
      '{"s3cret: 1}',
      '*s3cret',
    ]) {
      expect(failed(text).message).not.toContain('s3cret');
    }
  });
});

describe('no text hurts', () => {
  test('2,000 levels are read, in YAML at least 1,200 on a small stack; more are refused', () => {
    expect(ok(`{"_ignore":${'['.repeat(2000)}${']'.repeat(2000)}}`).format).toBe('json');
    expect(ok(`a: ${'['.repeat(1200)}${']'.repeat(1200)}`).format).toBe('yaml');
    for (const text of [
      '['.repeat(1e6),
      '{"a":'.repeat(1e6),
      '- '.repeat(1e6),
      '[{b: '.repeat(1e5),
      '? '.repeat(1e6),
    ]) {
      expect(failed(text).code).toBe('too-deep');
    }
  });

  test('an alias bomb is refused', () => {
    const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x]'];
    for (let i = 1; i < 30; i += 1)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(',')}]`,
      );
    expect(failed(lines.join('\n')).code).toBe('alias-expansion');
  });

  test('a large text many times over is refused, a small one is not', () => {
    const long = `a: &a ${'x'.repeat(1e6)}\nb: [${Array(100).fill('*a').join(', ')}]`;
    expect(failed(long).code).toBe('alias-expansion');
    expect(ok(`a: &a {b: c}\nd: [${Array(5000).fill('*a').join(', ')}]`).format).toBe('yaml');
  });

  test('a text over the size limit is refused unread', () => {
    expect(failed('x'.repeat(101), { maxBytes: 100 }).code).toBe('too-large');
  });

  test('half a surrogate pair is refused', () => {
    expect(failed('a: \ud800').code).toBe('encoding');
    expect(failed('{"a": "\\ud800"}').code).toBe('syntax');
  });

  test('keys that name parts of every object are plain keys', () => {
    for (const text of [
      '{"__proto__": {"x": 1}, "constructor": 2}',
      '__proto__: {x: 1}\nconstructor: 2',
      '<<: {__proto__: {x: 1}, constructor: 2}',
    ]) {
      const result = value(text);
      expect(Object.entries(result as object)).toEqual([
        ['__proto__', { x: 1 }],
        ['constructor', 2],
      ]);
      expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    }
    expect({}).not.toHaveProperty('x');
  });

  test('any text is answered', () => {
    const pieces = [
      '- ',
      ': ',
      '\n',
      '  ',
      'a',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '&a ',
      '*a',
      '|\n',
      '\t',
      '#',
      '!!int ',
      '<<',
      ',',
      '?',
      '\\',
      '\r',
      '---\n',
      '\0',
      'é',
    ];
    const text = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, (parts) => {
        const result = readText(parts.join(''));
        expect(result.ok || result.line > 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
