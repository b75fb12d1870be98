import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { normalizePath } from '../../../../../src/config/document/migrate-paths.js';
import { neverMatches } from '../../../../../src/config/validate/doubts/never-matches.js';

const piece = fc.constantFrom(
  ...[
    'a',
    'b',
    '/',
    '.',
    '\\.',
    '\\?',
    '[?]',
    '[ab]',
    '[^/]',
    '\\d',
    '\\$',
    '%',
    '20',
    '2f',
    '2F',
    '^',
    '$',
    '\\b',
  ],
  ...['?', '*', '+', '{2}', '{0,1}', '{0}', '|', '(', '(?:', ')', '(?<n>'],
);
const regex = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);
const path = fc
  .array(fc.constantFrom('a', 'b', '/', '.', '%2F', '%2f', '%20', '%61', '2', '0', '$', '^', ' '), {
    maxLength: 8,
  })
  .map((pieces) => normalizePath(`/${pieces.join('')}`));

function compiled(text: string): RegExp | undefined {
  try {
    return new RegExp(`^${text}`);
  } catch {
    return undefined;
  }
}

test('of what is said to match nothing, no normalised path is matched', () => {
  let said = 0;
  fc.assert(
    fc.property(regex, fc.array(path, { minLength: 1, maxLength: 20 }), (text, paths) => {
      const pattern = compiled(text);
      if (pattern === undefined || neverMatches(text) === undefined) return;
      said += 1;
      for (const one of paths) expect(pattern.test(one)).toBe(false);
    }),
    { numRuns: 20_000 },
  );
  expect(said).toBeGreaterThan(500);
});

test('any text at all is read to its end', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void neverMatches(text)));
});
