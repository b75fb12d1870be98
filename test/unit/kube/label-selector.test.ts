import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { matcherOf } from '../../../src/emulator/kube/selectors.js';
import { labelMatcher } from '../../../src/kube/label-selector.js';

test.each([
  ['app=kong', { app: 'kong' }, true],
  ['app=kong', {}, false],
  ['app == kong', { app: 'kong' }, true],
  ['app!=kong', {}, true],
  ['app!=kong', { app: 'kong' }, false],
  ['silverback.dev/config', { 'silverback.dev/config': '' }, true],
  ['!silverback.dev/config', { 'silverback.dev/config': '' }, false],
  ['tier in (edge, core)', { tier: 'core' }, true],
  ['tier in (edge, core)', {}, false],
  ['tier notin (edge, core)', {}, true],
  ['tier notin (edge,core)', { tier: 'edge' }, false],
  ['app=kong,tier in (edge, core)', { app: 'kong', tier: 'edge' }, true],
  ['app=kong,tier in (edge, core)', { app: 'kong' }, false],
  ['weight>5', { weight: '6' }, true],
  ['weight<5', { weight: '6' }, false],
  ['weight>5', { weight: 'much' }, false],
  ['app=', { app: '' }, true],
])('%s of %j is %s', (selector, labels, expected) => {
  expect(labelMatcher(selector)(labels)).toBe(expected);
});

test('says what the emulated API server says', () => {
  const key = fc.constantFrom('a', 'b', 'c.d/e');
  const value = fc.constantFrom('x', 'y', '');
  const requirement = fc.oneof(
    fc.tuple(key, fc.constantFrom('=', '==', '!='), value).map((parts) => parts.join('')),
    fc
      .tuple(key, fc.constantFrom('in', 'notin'), fc.array(value, { minLength: 1 }))
      .map(([k, how, values]) => `${k} ${how} (${values.join(',')})`),
    key,
    key.map((k) => `!${k}`),
  );
  const selector = fc.array(requirement, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(','));
  fc.assert(
    fc.property(selector, fc.dictionary(key, value), (text, labels) => {
      const object = { metadata: { name: 'n', namespace: 'x', labels } };
      expect(labelMatcher(text)({ ...labels })).toBe(
        matcherOf(text, null)(object as unknown as Parameters<ReturnType<typeof matcherOf>>[0]),
      );
    }),
  );
});
