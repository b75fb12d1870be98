import { expect, test } from '@jest/globals';
import { parseStatusRanges } from '../../../src/settings/status-ranges.js';

test('statuses are given one by one and in ranges', () => {
  expect(parseStatusRanges(['200-299', '401'])).toEqual([
    { first: 200, last: 299 },
    { first: 401, last: 401 },
  ]);
});

test.each([[[]], [['99']], [['600']], [['300-200']], [['2xx']], [['200', '']], [['200-']]])(
  '%j are none',
  (texts) => {
    expect(parseStatusRanges(texts)).toBeUndefined();
  },
);
