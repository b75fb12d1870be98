import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRegexRunner } from '../../../../src/cli/explain/run-regex.js';
import { matchRust } from '../../../../src/config/routing/rust-pattern.js';

const match = (regex: string, text: string): unknown => {
  const verdict = matchRust(regex, text, true, createRegexRunner());
  return typeof verdict === 'object' ? verdict.matched : verdict;
};

test.each<[regex: string, text: string, verdict: string]>([
  ['/a/(?<id>\\d+)', '/a/12/x', '/a/12'],
  ['/a/(?P<id>\\d+)$', '/a/12', '/a/12'],
  ['/a/(?P<id>\\d+)$', '/a/12/x', 'no'],
  ['\\A/a\\z', '/a', '/a'],
  ['(?i)/A', '/a', '/a'],
  ['(?is)/A.', '/a\n', '/a\n'],
  ['/\\x61', '/a', '/a'],
  ['/\\x{61}', '/a', '/a'],
  ['/\\u{1F600}', '/😀', '/😀'],
  ['/\\pL+', '/ab', '/ab'],
  ['/\\p{Greek}', '/a', 'unknown'],
  ['/\\p{Script=Greek}', '/α', '/α'],
  ['/a--b', '/a--b', '/a--b'],
  // Only the first alternative is anchored: Kong puts ^ before the whole.
  ['/x|/b', '/a/b', '/b'],
  ['/[a-z&&[^b]]', '/a', 'unknown'],
  ['/[[:alpha:]]', '/a', 'unknown'],
  ['/a(?i)b', '/ab', 'unknown'],
  ['/(?x) a', '/a', 'unknown'],
  ['/a++', '/a', 'unknown'],
  ['/\\w', '/ü', 'unknown'],
  ['/(', '/', 'unknown'],
])('of %s on %j: %j', (regex, text, verdict) => {
  expect(match(regex, text)).toBe(verdict);
});

test('gives up on what never ends, at once where there were many of them', () => {
  const run = createRegexRunner({ oneMs: 20, allMs: 100 });
  const text = `/${'a'.repeat(60)}b`;
  const verdicts = Array.from({ length: 40 }, () => matchRust('/(a+)+$', text, true, run));
  expect(new Set(verdicts)).toEqual(new Set(['unknown']));
});

test('takes texts for texts, whatever they hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (regex, text) => {
      const verdict = matchRust(regex, text, true, createRegexRunner());
      expect(
        typeof verdict === 'object' ? text.includes(verdict.matched) : ['no', 'unknown'].includes(verdict),
      ).toBe(true);
    }),
    { numRuns: 100 },
  );
});
