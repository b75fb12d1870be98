import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LINEAR_PATTERNS } from '../../../../src/config/schema/linear-patterns.js';
import { luaPatternToRegex, translate } from '../../../../src/config/schema/lua-pattern.js';

test.each(Object.keys(LINEAR_PATTERNS))('%s finds what its own translation finds', (pattern) => {
  const own = new RegExp(translate(pattern), 'u');
  const linear = new RegExp(luaPatternToRegex(pattern), 'u');
  const text = fc.string({
    unit: fc.constantFrom('a', 'Z', '0', '9', '*', '-', '.', '@', '_', ' ', 'é'),
    maxLength: 8,
  });
  fc.assert(
    fc.property(text, (word) => expect(linear.test(word)).toBe(own.test(word))),
    { numRuns: 2000 },
  );
});

test.each([
  ['^[^*]*%*?[^*]*$', `${'a'.repeat(200_000)}**`],
  ['^[a-z][a-z%d-]-[a-z%d]+$', `${'a'.repeat(200_000)}!`],
  ['^%d+[%.%d]*$', `${'1'.repeat(200_000)}!`],
])('%s is soon done with a long text', (pattern, text) => {
  expect(new RegExp(luaPatternToRegex(pattern), 'u').test(text)).toBe(false);
});
