import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { toYaml } from '../../../../src/config/dump/yaml.js';
import { readText } from '../../../../src/config/parse/read-text.js';

/** As our reader, and Kong's, understand a text. */
function read(text: string): unknown {
  const result = readText(text, {});
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result.value;
}

const TELLING = fc.constantFrom(
  ...[
    '',
    ' ',
    '~',
    'null',
    'no',
    'Yes',
    'ON',
    '1',
    '0x1f',
    '1e3',
    '.5',
    '.inf',
    '1_000',
    '_0',
    '_.5',
    '12:30:45',
    '2001-01-01',
    '-',
    '- a',
  ],
  ...[
    'a: b',
    'a #b',
    '#',
    '%',
    '@x',
    '`',
    '*a',
    '&a',
    '!t',
    '|',
    '>',
    "'",
    '"',
    '\\',
    '{',
    '[a]',
    ',',
    '?',
    ': ',
    '<<',
    '=',
  ],
  ...[
    'a\n',
    'a\nb',
    'a\nb\n',
    'a\n\n',
    '\na',
    ' a\nb',
    'a\n b',
    'a\r\nb',
    'a\tb\nc',
    'a \nb',
    'a\n\nb\n',
    '\t\na',
    '---\na',
    '...',
  ],
  // Not NUL: Kong's reader ends keys there.
  ...['\u007f', '\u0085', '\u00a0', '\u2028', '\ufeff', '\ud83d\ude00', 'é', '\ufffe'],
);
const text = fc.oneof(
  TELLING,
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.tuple(TELLING, TELLING).map((both) => both.join('')),
);
/** Kong's reader merges by this key even where it is quoted: no text can hold it, nor can what a gateway shows. */
const key = text.filter((name) => name !== '<<');
const value = fc.letrec<{ readonly any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(key, tie('any'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).any;

test('our reader and another get back whatever is written', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('a', 'b c', 'no', '1'), value, { noNullPrototype: true }),
      (config) => {
        const written = toYaml(config, ['a comment']);
        // An empty text is none.
        if (Object.keys(config).length === 0) return;
        expect(read(written)).toEqual(config);
        expect(parse(written, { version: '1.2' })).toEqual(config);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('it reads well', () => {
  const config = {
    services: [{ name: 'shop', paths: ['/a', '/b'], cert: 'one\ntwo\n', config: { empty: {}, list: [] } }],
    nothing: null,
  };
  expect(toYaml(config, ['said'])).toBe(`# said
services:
  - name: shop
    paths: [/a, /b]
    cert: |
      one
      two
    config:
      empty: {}
      list: []
nothing: null
`);
});
