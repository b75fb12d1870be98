import { expect, test } from '@jest/globals';
import { nearest } from '../../../../src/config/validate/near.js';

test.each([
  ['pathz', 'paths'],
  ['hots', 'host'],
  ['prot', 'port'],
  ['Host', 'host'],
  ['strippath', 'strip_path'],
  ['zz_unknown', undefined],
  ['x', undefined],
  ['p'.repeat(10_000), undefined],
])('%s is like %s', (word, meant) => {
  expect(nearest(word.slice(0, 100), ['paths', 'host', 'hosts', 'port', 'strip_path', 'protocol'])).toBe(
    meant,
  );
});
